// Command vitrine looks after an installation.
//
//	vitrine backend                  which backend computes, and why
//	vitrine backend --install DIR    let go-xla install its plugin for this machine below DIR
//
// The last line of both is the value of GOMLX_BACKEND that they speak of.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

const usage = "usage: vitrine backend [--install DIR]"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || args[0] != "backend" {
		return errors.New(usage)
	}
	choice := backend.Choose()
	switch {
	case len(args) == 3 && args[1] == "--install":
		var err error
		if choice, err = backend.Install(args[2]); err != nil {
			return err
		}
	case len(args) != 1:
		return errors.New(usage)
	}
	fmt.Printf("%s\n%s\n", choice, choice.Config)
	return nil
}
