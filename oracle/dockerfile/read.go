// Package dockerfile reads Dockerfiles with the packages of BuildKit.
package dockerfile

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// question is one line of the input.
type question struct {
	Text   string `json:"text"`
	Target string `json:"target"`
	// Args are the build arguments.
	Args map[string]string `json:"args"`
}

// instruction is one instruction as the parser reads it, known or not.
type instruction struct {
	Line     int       `json:"line"`
	Name     string    `json:"name"`
	Text     string    `json:"text"`
	Flags    []string  `json:"flags"`
	Heredocs []heredoc `json:"heredocs"`
	// Json are the elements of the JSON form; nil for another form.
	Json []string `json:"json"`
}

type heredoc struct {
	Delimiter  string `json:"delimiter"`
	IsIndented bool   `json:"isIndented"`
}

// answer is one line of the output. What follows an error is not set.
type answer struct {
	Frontend string `json:"frontend"`
	// ParseError is that of the parser, for example for a heredoc without its end.
	ParseError   string        `json:"parseError,omitempty"`
	Escape       string        `json:"escape"`
	Instructions []instruction `json:"instructions"`
	// Refused is the error of an instruction, or of the references between the stages.
	Refused string   `json:"refused,omitempty"`
	Copies  []copied `json:"copies"`
	*build
}

// AnswerAll reads questions and writes an answer for each.
func AnswerAll(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(in)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		var one question
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := encoder.Encode(read(one)); err != nil {
			return err
		}
	}
}

func read(one question) answer {
	frontend, _, _, _ := parser.DetectSyntax([]byte(one.Text))
	found := answer{Frontend: frontend}
	file, err := parser.Parse(strings.NewReader(one.Text))
	if err != nil {
		found.ParseError = err.Error()
		return found
	}
	found.Escape = string(file.EscapeToken)
	for _, node := range file.AST.Children {
		found.Instructions = append(found.Instructions, describe(node))
	}
	stages, metaArgs, err := instructions.Parse(file.AST, linter.New(&linter.Config{}))
	if err == nil {
		found.build, err = plan(one, stages, metaArgs, file.EscapeToken)
	}
	if err == nil {
		found.Copies, err = copiesOf(stages, file.EscapeToken)
	}
	if err != nil {
		found.Refused = err.Error()
	}
	return found
}

func describe(node *parser.Node) instruction {
	found := instruction{
		Line:     node.StartLine,
		Name:     strings.ToLower(node.Value),
		Text:     strings.TrimSpace(node.Original),
		Flags:    append([]string{}, node.Flags...),
		Heredocs: []heredoc{},
	}
	for _, one := range node.Heredocs {
		found.Heredocs = append(found.Heredocs, heredoc{Delimiter: one.Name, IsIndented: one.Chomp})
	}
	if node.Attributes["json"] {
		found.Json = []string{}
		for next := node.Next; next != nil; next = next.Next {
			found.Json = append(found.Json, next.Value)
		}
	}
	return found
}
