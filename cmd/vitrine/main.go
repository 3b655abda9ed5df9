// Command vitrine looks after an installation. See [usage].
package main

import (
	"errors"
	"fmt"
	"os"
)

const usage = `usage: vitrine COMMAND

  init DIR                 make DIR a folder for notebooks of your own, which is a Go module
  doctor                   what is installed, which backend computes, and is it right: exit status 1 if not
  verify RECORD...         run explanations again: does each hold, bit for bit? exit status 1 if one does not
  backend                  which backend computes, and why
  backend --install DIR    let go-xla install its plugin for this machine below DIR
  help                     this page

The last line of backend is the value of GOMLX_BACKEND that it speaks of.
`

// commands are the subcommands; each gets the arguments after its name.
var commands = map[string]func(args []string) error{
	"backend": showBackend,
	"doctor":  examine,
	"init":    makeFolder,
	"verify":  verify,
}

// errUsage is for arguments that make no command.
var errUsage = errors.New("vitrine help shows the commands")

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || args[0] == "help" || args[0] == "-h" || args[0] == "--help" {
		fmt.Print(usage)
		return nil
	}
	command := commands[args[0]]
	if command == nil {
		return fmt.Errorf("vitrine: no command is called %q; %w", args[0], errUsage)
	}
	return command(args[1:])
}
