// validator: tags of every kind, nested values, rules of our own, rules for
// whole structs, and messages in two languages.
package main

import (
	"errors"
	"fmt"
	"log"
	"reflect"
	"strings"
	"time"

	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/en"
	ut "github.com/go-playground/universal-translator"
	"github.com/go-playground/validator/v10"
	dein "github.com/go-playground/validator/v10/translations/de"
	english "github.com/go-playground/validator/v10/translations/en"
)

type address struct {
	Street string `json:"street" validate:"required"`
	Zip    string `json:"zip" validate:"required,numeric,len=5"`
}

type user struct {
	Name      string            `json:"name" validate:"required,min=2,max=20,startsnotwith=_"`
	Email     string            `json:"email" validate:"required,email"`
	Site      string            `json:"site" validate:"omitempty,url"`
	Age       int               `json:"age" validate:"gte=18,lt=150"`
	Role      string            `json:"role" validate:"oneof=reader writer"`
	Password  string            `json:"password" validate:"required"`
	Repeated  string            `json:"repeated" validate:"eqfield=Password"`
	Addresses []address         `json:"addresses" validate:"min=1,dive"`
	Labels    map[string]string `json:"labels" validate:"dive,keys,lowercase,endkeys,required"`
	From      time.Time         `json:"from" validate:"required"`
	Until     time.Time         `json:"until" validate:"gtfield=From"`
	IP        string            `json:"ip" validate:"omitempty,ip"`
	ID        string            `json:"id" validate:"omitempty,uuid4"`
	Slug      string            `json:"slug" validate:"slug"`
}

var good = user{
	Name: "Ada", Email: "ada@example.com", Site: "https://example.com/ada", Age: 36, Role: "writer",
	Password: "one", Repeated: "one", Addresses: []address{{"Street 1", "10115"}}, Labels: map[string]string{"a": "b"},
	From: time.Unix(0, 0), Until: time.Unix(1, 0), IP: "2001:db8::1", ID: "7d444840-9dc0-41d1-b245-5ffdce74fad2", Slug: "ada-l",
}

func main() {
	validate := validator.New(validator.WithRequiredStructEnabled())
	validate.RegisterTagNameFunc(func(field reflect.StructField) string {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		return name
	})
	err := validate.RegisterValidation("slug", func(level validator.FieldLevel) bool {
		return strings.Trim(level.Field().String(), "abcdefghijklmnopqrstuvwxyz-") == ""
	})
	if err != nil {
		log.Fatal(err)
	}
	validate.RegisterStructValidation(func(level validator.StructLevel) {
		found := level.Current().Interface().(user)
		if strings.Contains(found.Password, found.Name) {
			level.ReportError(found.Password, "password", "Password", "notname", "")
		}
	}, user{})
	languages := ut.New(en.New(), de.New())
	inEnglish, _ := languages.GetTranslator("en")
	inGerman, _ := languages.GetTranslator("de")
	if err := errors.Join(english.RegisterDefaultTranslations(validate, inEnglish), dein.RegisterDefaultTranslations(validate, inGerman)); err != nil {
		log.Fatal(err)
	}

	fmt.Println("good:", validate.Struct(good))
	bad := user{
		Name: "_", Email: "nobody", Site: "::", Age: 17, Role: "owner", Password: "_x", Repeated: "other",
		Addresses: []address{{"Street 1", "1011"}, {"", "abcde"}}, Labels: map[string]string{"UP": "x", "empty": ""},
		From: time.Unix(1, 0), Until: time.Unix(0, 0), IP: "1.2.3", ID: "7d444840", Slug: "No Slug",
	}
	var invalid validator.ValidationErrors
	if !errors.As(validate.Struct(bad), &invalid) {
		log.Fatal("nothing is wrong")
	}
	var lines []string
	for _, field := range invalid {
		line := fmt.Sprintf("%s %s=%q %v | %s | %s", field.Namespace(), field.Tag(), field.Param(), field.Value(),
			field.Translate(inEnglish), field.Translate(inGerman))
		// A map has no order.
		if strings.Contains(line, "labels") {
			lines = append(lines, line)
			continue
		}
		fmt.Println(line)
	}
	fmt.Println("labels:", len(lines))
	fmt.Println(validate.Var("a@b.c", "email"), validate.Var(7, "min=8"), validate.VarWithValue("a", "b", "eqfield"))
	fmt.Println(validate.StructPartial(bad, "Password", "Role"), validate.Struct(nil))
}
