// yaml.v3: structs, anchors and merges, several documents, nodes that keep
// comments, own types, and errors with their lines.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

const text = `# services
defaults: &defaults
  timeout: 1m30s
  retries: 3
services:
  - <<: *defaults
    name: api   # the first
    port: 8080
    labels: {tier: front, "on": "yes"}
  - <<: *defaults
    name: worker
    retries: 0x10
    script: |
      first line
        second line
    folded: >-
      one
      two
since: 2026-07-08T09:10:11Z
ratio: .5
nothing: ~
data: !!binary aGVsbG8=
`

type service struct {
	Name    string            `yaml:"name"`
	Port    int               `yaml:"port,omitempty"`
	Timeout duration          `yaml:"timeout"`
	Retries int               `yaml:"retries"`
	Labels  map[string]string `yaml:"labels,flow,omitempty"`
	Script  string            `yaml:"script,omitempty"`
	Folded  string            `yaml:"folded,omitempty"`
}

type document struct {
	Services []service      `yaml:"services"`
	Since    time.Time      `yaml:"since"`
	Ratio    float64        `yaml:"ratio"`
	Nothing  *string        `yaml:"nothing"`
	Data     string         `yaml:"data"`
	Rest     map[string]any `yaml:",inline"`
}

type duration time.Duration

// UnmarshalYAML reads what time.ParseDuration reads.
func (d *duration) UnmarshalYAML(node *yaml.Node) error {
	parsed, err := time.ParseDuration(node.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	*d = duration(parsed)
	return nil
}

// MarshalYAML writes it as time.Duration prints it.
func (d duration) MarshalYAML() (any, error) { return time.Duration(d).String(), nil }

func main() {
	var read document
	if err := yaml.Unmarshal([]byte(text), &read); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%+v\n", read)
	encoder := yaml.NewEncoder(os.Stdout)
	encoder.SetIndent(2)
	if err := encoder.Encode(read); err != nil {
		log.Fatal(err)
	}

	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		log.Fatal(err)
	}
	services := node.Content[0].Content[3]
	port := services.Content[0].Content[5]
	port.Value, port.LineComment = "9090", "# changed"
	fmt.Println(services.Kind == yaml.SequenceNode, services.Line, services.Column, node.Content[0].HeadComment)
	if err := encoder.Encode(&node); err != nil {
		log.Fatal(err)
	}

	decoder := yaml.NewDecoder(strings.NewReader("a: 1\n---\n[x, 1.5, true, null]\n---\nplain\n"))
	for {
		var value any
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			break
		}
		fmt.Printf("%T %v %v\n", value, value, err)
	}

	for _, wrong := range []string{"a: [1, 2", "services: [{name: [], port: x}]", "services: [{timeout: soon}]", "a: *nowhere", "since: 1\nsince: 2"} {
		fmt.Println(yaml.Unmarshal([]byte(wrong), &document{}))
	}
	strict := yaml.NewDecoder(strings.NewReader("name: x\nunknown: 1\n"))
	strict.KnownFields(true)
	fmt.Println(strict.Decode(&service{}))
}
