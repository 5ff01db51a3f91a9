// A service by echo: path values, groups, bound bodies, middleware, an error
// handler of its own and streamed answers.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

type order struct {
	ID    int     `param:"id" json:"id"`
	Full  bool    `query:"full" json:"full"`
	Item  string  `json:"item" form:"item"`
	Price float64 `json:"price" form:"price"`
}

func main() {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = failed
	e.Pre(middleware.RemoveTrailingSlash())
	e.Use(middleware.RecoverWithConfig(middleware.RecoverConfig{DisablePrintStack: true, LogErrorFunc: quiet}))
	e.Use(middleware.BodyLimit("1K"), middleware.Secure(), stamped)
	e.GET("/", func(c echo.Context) error { return c.String(http.StatusOK, "echo\n") })
	e.GET("/panic", func(echo.Context) error { panic("on purpose") })
	e.GET("/error", func(echo.Context) error { return errors.New("no reason") })
	e.GET("/teapot", func(echo.Context) error { return echo.NewHTTPError(http.StatusTeapot, "short and stout") })
	e.GET("/lines", lines)
	e.GET("/files/*", func(c echo.Context) error { return c.String(http.StatusOK, c.Param("*")) })
	orders := e.Group("/orders")
	orders.GET("/:id", bound).Name = "order"
	orders.POST("/:id", bound)
	orders.GET("/:id/link", func(c echo.Context) error {
		return c.JSON(http.StatusOK, map[string]string{"link": e.Reverse("order", c.Param("id")), "path": c.Path()})
	})
	locked := e.Group("/locked", middleware.KeyAuthWithConfig(middleware.KeyAuthConfig{
		KeyLookup: "query:key",
		Validator: func(key string, _ echo.Context) (bool, error) { return key == "secret", nil },
	}))
	locked.GET("", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	log.Fatal(e.Start(os.Getenv("LISTEN")))
}

func quiet(_ echo.Context, err error, _ []byte) error { return err }

func stamped(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Set("stamp", strings.ToUpper(c.Request().Method))
		return next(c)
	}
}

func failed(err error, c echo.Context) {
	status, message := http.StatusInternalServerError, any(err.Error())
	var known *echo.HTTPError
	if errors.As(err, &known) {
		status, message = known.Code, known.Message
	}
	if err := c.JSON(status, map[string]any{"status": status, "message": message}); err != nil {
		log.Print(err)
	}
}

func bound(c echo.Context) error {
	var order order
	if err := c.Bind(&order); err != nil {
		return err
	}
	return c.JSONPretty(http.StatusOK, map[string]any{"stamp": c.Get("stamp"), "order": order}, " ")
}

func lines(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderContentType, "application/x-ndjson")
	c.Response().WriteHeader(http.StatusOK)
	encoder := json.NewEncoder(c.Response())
	for n := range 5 {
		if err := encoder.Encode(map[string]string{"line": fmt.Sprint(n)}); err != nil {
			return err
		}
		c.Response().Flush()
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}
