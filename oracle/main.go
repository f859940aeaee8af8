// The oracle returns the results of the Go libraries that the builders use. Its verbs:
//
//	oracle ignore                      ignore rules, as BuildKit applies them (ignore.go)
//	oracle proxies                     proxies of requests, as net/http chooses them (no-proxy.go)
//	oracle tar < stream                members of a gzipped archive (archive.go)
//	oracle dockerfiles                 Dockerfiles, as BuildKit reads them (dockerfile)
//	oracle cuts OFFSET... < stream     whether the stream is accepted when it is cut there (archive.go)
//
// scripts/oracle.ts builds and calls it.
package main

import (
	"bufio"
	"fmt"
	"os"

	"kube-build-push/oracle/dockerfile"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: oracle ignore|dockerfiles|proxies|tar|cuts")
	}
	out := bufio.NewWriter(os.Stdout)
	var err error
	switch args[0] {
	case "ignore":
		err = judgeAll(bufio.NewReader(os.Stdin), out)
	case "dockerfiles":
		err = dockerfile.AnswerAll(bufio.NewReader(os.Stdin), out)
	case "proxies":
		err = findProxies(bufio.NewReader(os.Stdin), out)
	case "tar":
		err = listArchive(bufio.NewReader(os.Stdin), out)
	case "cuts":
		err = readCuts(os.Stdin, args[1:], out)
	default:
		err = fmt.Errorf("unknown verb %q", args[0])
	}
	if err != nil {
		return err
	}
	return out.Flush()
}
