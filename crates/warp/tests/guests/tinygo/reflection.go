package main

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
)

type failure struct{ code int }

func (f *failure) Error() string { return fmt.Sprint("failure ", f.code) }
func (f *failure) Code() int     { return f.code }

type named int

func (n named) String() string { return fmt.Sprintf("named %d", int(n)) }

type embedding struct {
	named
	Name string
}

type hidden interface{ hide() }

func (n named) hide() {}

// implementations asks which types have which methods.
func implementations() {
	interfaces := []reflect.Type{
		reflect.TypeFor[fmt.Stringer](),
		reflect.TypeFor[error](),
		reflect.TypeFor[io.Reader](),
		reflect.TypeFor[io.ReadCloser](),
		reflect.TypeFor[hidden](),
		reflect.TypeFor[interface{ Code() int }](),
		reflect.TypeFor[any](),
	}
	types := []reflect.Type{
		reflect.TypeFor[named](),
		reflect.TypeFor[*named](),
		reflect.TypeFor[**named](),
		reflect.TypeFor[[]named](),
		reflect.TypeFor[embedding](),
		reflect.TypeFor[struct{ named }](),
		reflect.TypeFor[failure](),
		reflect.TypeFor[*failure](),
		reflect.TypeFor[strings.Reader](),
		reflect.TypeFor[*strings.Reader](),
		reflect.TypeFor[time.Time](),
		reflect.TypeFor[io.ReadCloser](),
		reflect.TypeFor[io.Reader](),
		reflect.TypeFor[interface {
			Code() int
			Error() string
		}](),
		reflect.TypeFor[int](),
	}
	for i, t := range types {
		fmt.Print("implements ", i, ":")
		for _, u := range interfaces {
			fmt.Print(" ", t.Implements(u), t.AssignableTo(u))
		}
		fmt.Println()
	}
	for _, u := range interfaces {
		fmt.Print(u.NumMethod(), " ")
	}
	fmt.Println("methods")

	var found *failure
	err := fmt.Errorf("outer: %w", &failure{3})
	fmt.Println(errors.As(err, &found), found)
	var coded interface{ Code() int }
	fmt.Println(errors.As(err, &coded), coded.Code())
	var stringer fmt.Stringer
	fmt.Println(errors.As(err, &stringer))
	reflect.ValueOf(&stringer).Elem().Set(reflect.ValueOf(named(4)))
	fmt.Println(stringer)
}

type text string

type point struct{ X, Y int }

// conversions are those that database/sql and drivers ask for.
func conversions() {
	small := int8(-3)
	values := []any{
		small, uint16(7), 65, int64(1 << 40), 2.75, float32(1.5), complex64(1 + 2i),
		"grün", text("b"), []byte("c"), []rune("dé"), []int{1, 2, 3}, point{1, 2}, &point{3, 4},
		named(5), time.Duration(6), true, errors.New("e"),
	}
	types := []reflect.Type{
		reflect.TypeFor[int32](), reflect.TypeFor[uint64](), reflect.TypeFor[float64](),
		reflect.TypeFor[complex128](), reflect.TypeFor[string](), reflect.TypeFor[text](),
		reflect.TypeFor[[]byte](), reflect.TypeFor[[]rune](), reflect.TypeFor[[2]int](),
		reflect.TypeFor[struct{ X, Y int }](), reflect.TypeFor[*struct{ X, Y int }](),
		reflect.TypeFor[fmt.Stringer](), reflect.TypeFor[error](), reflect.TypeFor[any](),
	}
	for i, value := range values {
		fmt.Print("converts ", i, ":")
		for j, t := range types {
			v := reflect.ValueOf(value)
			if !v.Type().ConvertibleTo(t) {
				continue
			}
			converted := v.Convert(t)
			fmt.Print(" ", j, "=", shown(converted))
		}
		fmt.Println()
	}
	// What lies in memory is copied.
	v := reflect.ValueOf(&small).Elem().Convert(reflect.TypeFor[int64]())
	small = 9
	fmt.Println("copied:", v.Int(), reflect.ValueOf(&small).Elem().Convert(reflect.TypeFor[any]()).Elem().Int())
}

// shown prints a value without its address.
func shown(v reflect.Value) string {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() == reflect.Pointer {
		return "&" + shown(v.Elem())
	}
	return fmt.Sprintf("%v", v.Interface())
}

type nested struct{ *point }

// made has types that the program's text has, and others.
func made() {
	ints := reflect.SliceOf(reflect.TypeFor[int]())
	fmt.Println("made:", ints == reflect.TypeFor[[]int](), ints)
	pairs := reflect.SliceOf(reflect.TypeFor[embedding]())
	value := reflect.MakeSlice(pairs, 0, 1)
	value = reflect.Append(value, reflect.ValueOf(embedding{1, "a"}))
	fmt.Println(value.Len(), value.Index(0).Field(1), pairs == reflect.SliceOf(reflect.TypeFor[embedding]()))
	fmt.Println(reflect.TypeOf(value.Interface()) == pairs, reflect.PointerTo(pairs).Elem() == pairs)
	array := reflect.ArrayOf(3, reflect.TypeFor[uint16]())
	fmt.Println(array, array.Size(), reflect.New(array).Elem().Len(), reflect.ArrayOf(2, reflect.TypeFor[int]()) == reflect.TypeFor[[2]int]())
	table := reflect.MapOf(reflect.TypeFor[string](), reflect.TypeFor[embedding]())
	m := reflect.MakeMap(table)
	m.SetMapIndex(reflect.ValueOf("k"), reflect.ValueOf(embedding{2, "b"}))
	fmt.Println(table, m.Len(), m.MapIndex(reflect.ValueOf("k")).Field(1))
	n := 7
	reflect.NewAt(reflect.TypeFor[int](), reflect.ValueOf(&n).UnsafePointer()).Elem().SetInt(8)
	fmt.Println(n)
	field, err := reflect.ValueOf(nested{&point{1, 2}}).FieldByIndexErr([]int{0, 1})
	fmt.Println(field, err)
	_, err = reflect.ValueOf(nested{}).FieldByIndexErr([]int{0, 1})
	fmt.Println(err != nil)
}
