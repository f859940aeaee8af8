package dockerfile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// build is what a build of the target does.
type build struct {
	Stages []stage `json:"stages"`
	// Target is the index of the target stage; -1 if there is none with that name.
	Target int `json:"target"`
	// Reachable are the indexes of the stages that the target needs, in the order of the file.
	Reachable []int `json:"reachable"`
	// Registries are those of all images, each once.
	Registries []string `json:"registries"`
}

type stage struct {
	Line int    `json:"line"`
	Name string `json:"name"`
	Base string `json:"base"`
	// Labels are those of LABEL, in the order of the file.
	Labels []label `json:"labels"`
}

type label struct {
	Line int `json:"line"`
	// Key has no quotes. It is read as kaniko does, with a backslash and without variables.
	Key string `json:"key"`
	// Value is as written.
	Value string `json:"value"`
}

// The packages that follow are too large to import: what is below does the same as frontend/dockerfile/dockerfile2llb
// (buildMetaArgs, buildDispatchStates, addState, toCommand, detectRunMount), without the triggers of ONBUILD.

// planner resolves the stages of a file.
type planner struct {
	stages     []instructions.Stage
	byName     map[string]int
	needs      [][]int
	registries []string
}

func plan(one question, stages []instructions.Stage, metaArgs []instructions.ArgCommand, escape rune) (*build, error) {
	if len(stages) == 0 {
		return nil, fmt.Errorf("dockerfile contains no stages to build")
	}
	lex := shell.NewLex(escape)
	env, err := globalArgs(one, stages, metaArgs, lex)
	if err != nil {
		return nil, err
	}
	found := &build{}
	planner := planner{stages: stages, byName: map[string]int{}, needs: make([][]int, len(stages)), registries: []string{}}
	for index, one := range stages {
		found.Stages = append(found.Stages, stage{
			Line: one.Location[0].Start.Line, Name: one.Name, Base: one.BaseName, Labels: labelsOf(one),
		})
		if err := planner.addStage(index, lex, env); err != nil {
			return nil, err
		}
	}
	for index, one := range stages {
		for _, command := range one.Commands {
			if err := planner.addCommand(index, command, lex); err != nil {
				return nil, err
			}
		}
	}
	found.Target = len(stages) - 1
	if one.Target != "" {
		found.Target = planner.find(one.Target)
	}
	found.Registries = planner.registries
	found.Reachable = planner.reach(found.Target)
	return found, nil
}

func labelsOf(one instructions.Stage) []label {
	found := []label{}
	lex := shell.NewLex('\\')
	for _, command := range one.Commands {
		labels, ok := command.(*instructions.LabelCommand)
		if !ok {
			continue
		}
		for _, pair := range labels.Labels {
			key, _, err := lex.ProcessWord(pair.Key, variables{})
			if err != nil || strings.Contains(pair.Key, "$") {
				key = "$"
			}
			found = append(found, label{Line: labels.Location()[0].Start.Line, Key: key, Value: pair.Value})
		}
	}
	return found
}

// globalArgs are the automatic platform arguments and the ARGs before the first FROM.
func globalArgs(one question, stages []instructions.Stage, metaArgs []instructions.ArgCommand, lex *shell.Lex) (shell.EnvGetter, error) {
	target := one.Target
	if target == "" {
		target = stages[len(stages)-1].Name
	}
	if target == "" {
		target = "default"
	}
	values := variables{
		"BUILDPLATFORM": "linux/amd64", "BUILDOS": "linux", "BUILDOSVERSION": "", "BUILDARCH": "amd64", "BUILDVARIANT": "",
		"TARGETPLATFORM": "linux/amd64", "TARGETOS": "linux", "TARGETOSVERSION": "", "TARGETARCH": "amd64",
		"TARGETVARIANT": "", "TARGETSTAGE": target,
	}
	for key := range values {
		if value, ok := one.Args[key]; ok {
			values[key] = value
		}
	}
	for _, command := range metaArgs {
		for _, arg := range command.Args {
			if value, ok := one.Args[arg.Key]; ok {
				values[arg.Key] = value
			} else if arg.Value != nil {
				value, _, err := lex.ProcessWord(*arg.Value, values)
				if err != nil {
					return nil, err
				}
				values[arg.Key] = value
			}
		}
	}
	return values, nil
}

func (p *planner) addStage(index int, lex *shell.Lex, env shell.EnvGetter) error {
	one := p.stages[index]
	base, _, err := lex.ProcessWord(one.BaseName, env)
	if err != nil {
		return err
	}
	if base == "" {
		return fmt.Errorf("base name (%s) should not be blank", one.BaseName)
	}
	if earlier, ok := p.byName[base]; ok {
		p.needs[index] = append(p.needs[index], earlier)
	} else if err := p.addImage(base); err != nil {
		return err
	}
	if one.Name != "" {
		p.byName[one.Name] = index
	}
	return nil
}

func (p *planner) addCommand(index int, command instructions.Command, lex *shell.Lex) error {
	switch command := command.(type) {
	case *instructions.CopyCommand:
		return p.addCopy(index, command.From, lex)
	case *instructions.RunCommand:
		for _, mount := range instructions.GetMounts(command) {
			if err := p.addImageOrStage(index, mount.From); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *planner) addCopy(index int, from string, lex *shell.Lex) error {
	expanded, _, err := lex.ProcessWord(from, variables{})
	if err != nil {
		return err
	}
	if expanded != from {
		return fmt.Errorf("variable expansion is not supported for --from")
	}
	number, err := strconv.Atoi(from)
	if err != nil {
		return p.addImageOrStage(index, from)
	}
	if number < 0 || number >= len(p.stages) {
		return fmt.Errorf("invalid stage index %d", number)
	}
	return p.need(index, number)
}

func (p *planner) addImageOrStage(index int, name string) error {
	if name == "" {
		return nil
	}
	if found := p.find(name); found >= 0 {
		return p.need(index, found)
	}
	return p.addImage(name)
}

// need adds a stage from which files are taken. It must be defined before.
func (p *planner) need(index, other int) error {
	if other >= index {
		return fmt.Errorf("stage %d needs to be defined before stage %d", other, index)
	}
	p.needs[index] = append(p.needs[index], other)
	return nil
}

// find returns the index of a stage; -1 without one. The last stage with a name wins.
func (p *planner) find(name string) int {
	if index, ok := p.byName[strings.ToLower(name)]; ok {
		return index
	}
	return -1
}

func (p *planner) addImage(image string) error {
	if image == "scratch" {
		return nil
	}
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return err
	}
	domain := reference.Domain(named)
	for _, known := range p.registries {
		if known == domain {
			return nil
		}
	}
	p.registries = append(p.registries, domain)
	return nil
}

// reach lists the stages that the target needs. References lead to earlier stages only.
func (p *planner) reach(target int) []int {
	needed := make([]bool, len(p.stages))
	if target >= 0 {
		needed[target] = true
	}
	for index := target; index >= 0; index-- {
		if needed[index] {
			for _, other := range p.needs[index] {
				needed[other] = true
			}
		}
	}
	found := []int{}
	for index, is := range needed {
		if is {
			found = append(found, index)
		}
	}
	return found
}

// variables are an environment for the lexer.
type variables map[string]string

func (v variables) Get(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

func (v variables) Keys() []string {
	return nil
}
