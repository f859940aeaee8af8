package main

import (
	"encoding/json"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
)

// ignoreCase is one line of the input: an ignore file, and paths with every directory before its content.
type ignoreCase struct {
	Ignore string   `json:"ignore"`
	Paths  []string `json:"paths"`
}

// verdict is one line of the output: a flag for each path, or an error.
type verdict struct {
	Excluded []bool `json:"excluded,omitempty"`
	Error    string `json:"error,omitempty"`
}

func judgeAll(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(in)
	encoder := json.NewEncoder(out)
	for {
		var one ignoreCase
		if err := decoder.Decode(&one); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		excluded, err := judge(one)
		answer := verdict{Excluded: excluded}
		if err != nil {
			answer = verdict{Error: err.Error()}
		}
		if err := encoder.Encode(answer); err != nil {
			return err
		}
	}
}

// judge matches like the walk of BuildKit (tonistiigi/fsutil, filter.go): each path gets the result of its directory.
func judge(one ignoreCase) ([]bool, error) {
	patterns, err := ignorefile.ReadAll(strings.NewReader(one.Ignore))
	if err != nil {
		return nil, err
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return nil, err
	}
	known := map[string]patternmatcher.MatchInfo{}
	excluded := make([]bool, len(one.Paths))
	for index, name := range one.Paths {
		matched, info, err := matcher.MatchesUsingParentResults(name, known[path.Dir(name)])
		if err != nil {
			return nil, err
		}
		known[name] = info
		excluded[index] = matched
	}
	return excluded, nil
}
