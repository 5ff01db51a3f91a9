package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

type item struct {
	ID    int               `json:"id"`
	Name  string            `json:"name,omitempty"`
	When  time.Time         `json:"when"`
	Next  *item             `json:"next,omitempty"`
	Tags  []string          `json:"tags"`
	More  map[string]any    `json:"more,omitempty"`
	Names map[string]string `json:"names,omitempty"`
	Any   any               `json:"any"`
}

// encodings are what a service's answers are made of.
func encodings() {
	when := time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
	items := []item{
		{ID: 1, Name: "a", When: when, Tags: []string{"x", "y"}, Any: named(3)},
		{ID: 2, When: when, Next: &item{ID: 3}, More: map[string]any{"k": []int{1}}, Any: point{1, 2}},
	}
	encoder := json.NewEncoder(os.Stdout)
	fmt.Println(encoder.Encode(items))
	text, err := json.Marshal(items)
	fmt.Println(len(text), err)
	var back []item
	fmt.Println(json.Unmarshal(text, &back), len(back), back[1].Next.ID, back[1].More, back[0].Any)
	var loose any
	fmt.Println(json.Unmarshal([]byte(`{"a":[1,2.5,"x",null,true]}`), &loose), loose)
	var wrong struct{ ID int }
	fmt.Println(json.Unmarshal([]byte(`{"ID":"x"}`), &wrong))
	fmt.Println(json.Unmarshal([]byte(`{"ID":`), &wrong))
}
