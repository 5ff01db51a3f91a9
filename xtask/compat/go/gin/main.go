// A service by gin: path and query values, groups, bound and validated JSON,
// middleware, cookies, redirects and templates.
package main

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
	"github.com/go-playground/validator/v10"
)

type user struct {
	Name  string   `json:"name" binding:"required,min=2"`
	Email string   `json:"email" binding:"required,email"`
	Age   int      `json:"age" binding:"gte=0,lte=150"`
	Tags  []string `json:"tags" binding:"dive,lowercase"`
}

func main() {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(gin.CustomRecoveryWithWriter(io.Discard, func(c *gin.Context, cause any) {
		c.AbortWithStatusJSON(http.StatusInternalServerError, gin.H{"recovered": fmt.Sprint(cause)})
	}), counted())
	if err := router.SetTrustedProxies(nil); err != nil {
		log.Fatal(err)
	}
	router.SetHTMLTemplate(template.Must(template.New("page").Parse("<h1>{{.Title}}</h1>\n")))
	router.HandleMethodNotAllowed = true
	router.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "gin\n") })
	router.GET("/page", func(c *gin.Context) { c.HTML(http.StatusOK, "page", gin.H{"Title": "a <b> & c"}) })
	router.GET("/files/*path", func(c *gin.Context) { c.String(http.StatusOK, c.Param("path")) })
	router.GET("/search", search)
	router.GET("/panic", func(*gin.Context) { panic("on purpose") })
	router.GET("/old", func(c *gin.Context) { c.Redirect(http.StatusFound, "/") })
	router.GET("/many", many)
	users := router.Group("/users", secret)
	users.GET("/:id", func(c *gin.Context) {
		c.IndentedJSON(http.StatusOK, gin.H{"id": c.Param("id"), "seen": c.GetInt("seen"), "route": c.FullPath()})
	})
	users.POST("", create)
	log.Fatal(router.Run(os.Getenv("LISTEN")))
}

// counted hands the length of the path to the handlers.
func counted() gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Set("seen", len(c.Request.URL.Path))
		c.Next()
		if len(c.Errors) > 0 {
			c.JSON(http.StatusTeapot, c.Errors.JSON())
		}
	}
}

func secret(c *gin.Context) {
	if c.Query("key") != "secret" {
		c.AbortWithStatusJSON(http.StatusUnauthorized, gin.H{"error": "no key"})
	}
}

func search(c *gin.Context) {
	var query struct {
		Words []string `form:"word" binding:"required"`
		Limit int      `form:"limit,default=10"`
	}
	if err := c.ShouldBindQuery(&query); err != nil {
		_ = c.Error(err)
		return
	}
	c.JSON(http.StatusOK, query)
}

func create(c *gin.Context) {
	var user user
	err := c.ShouldBindJSON(&user)
	var invalid validator.ValidationErrors
	switch {
	case errors.As(err, &invalid):
		fields := gin.H{}
		for _, field := range invalid {
			fields[field.Namespace()] = field.Tag()
		}
		c.JSON(http.StatusUnprocessableEntity, fields)
	case err != nil:
		c.JSON(http.StatusBadRequest, gin.H{"error": err.Error()})
	default:
		c.JSON(http.StatusCreated, user)
	}
}

// many streams its answer.
func many(c *gin.Context) {
	left := 100
	c.Stream(func(w io.Writer) bool {
		fmt.Fprintln(w, left)
		left--
		return left > 0
	})
}
