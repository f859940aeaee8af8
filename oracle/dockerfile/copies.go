package dockerfile

import (
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// copied is a COPY or an ADD.
type copied struct {
	Line int `json:"line"`
	// Literals are the sources that name one file or directory of the context, relative to it and clean, in the order of the
	// instruction. Sources with variables are not among them, as their values depend on the stage.
	Literals []string `json:"literals"`
}

// copiesOf lists the COPY and ADD instructions of a file, without those of ONBUILD.
func copiesOf(stages []instructions.Stage, escape rune) ([]copied, error) {
	found := []copied{}
	for _, stage := range stages {
		for _, command := range stage.Commands {
			var sources []string
			isContext := true
			switch command := command.(type) {
			case *instructions.CopyCommand:
				sources, isContext = command.SourcePaths, command.From == ""
			case *instructions.AddCommand:
				sources = command.SourcePaths
			default:
				continue
			}
			one := copied{Line: command.Location()[0].Start.Line, Literals: []string{}}
			lex := shell.NewLex(escape)
			for _, source := range sources {
				expanded, err := lex.ProcessWordWithMatches(source, variables{})
				if err != nil {
					return nil, err
				}
				if isContext && len(expanded.Unmatched) == 0 && isLiteral(expanded.Result) {
					one.Literals = append(one.Literals, strings.TrimPrefix(path.Join("/", expanded.Result), "/"))
				}
			}
			found = append(found, one)
		}
	}
	return found, nil
}

// isLiteral: neither a URL, nor a Git repository, nor a pattern.
func isLiteral(source string) bool {
	git, isGit, err := dfgitutil.ParseGitRef(source)
	if (err != nil && isGit) || (err == nil && !git.IndistinguishableFromLocal) {
		return false
	}
	if strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://") {
		return false
	}
	return !strings.ContainsAny(source, `*?[\`)
}
