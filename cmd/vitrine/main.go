// Command vitrine predicts and explains from a shell, and looks after an installation. See [usage].
package main

import (
	"errors"
	"fmt"
	"os"
)

const usage = `usage: vitrine COMMAND

  predict MODEL RAW...     what a net says of examples: class names and probabilities, or values
      --top N              print the N most probable classes (5)
      --out DIR            write there a record (prediction.json) and a page (prediction.html)
  explain MODEL RAW...     why it says so: a record (explanation.json), which verify takes, and a page (explanation.html)
      --method NAME        integrated-gradients (unless said otherwise), saliency, occlusion, lrp, deep-lift, gradient-shap …:
                           a name that there is not is answered with all that there are
      --target CLASS       a class by its name or number; unless it is given, the most probable one
      --out DIR            where they are written (explanation)
  init DIR                 make DIR a folder for notebooks of your own, which is a Go module
  doctor                   what is installed, which backend computes, and is it right: exit status 1 if not
  verify RECORD...         run explanations again: does each hold, bit for bit? exit status 1 if one does not
  backend                  which backend computes, and why
  backend --install DIR    let go-xla install its plugin for this machine below DIR
  help                     this page

MODEL is a file that Net.WriteFile wrote. RAW is an example as the net's file says it is prepared: a text, a row as a JSON object, the path
of a picture or a sound; of a net whose file does not say it, the path of a .npy file with the input's numbers. After -- nothing is an option.

The last line of backend is the value of GOMLX_BACKEND that it speaks of.
`

// commands are the subcommands; each gets the arguments after its name.
var commands = map[string]func(args []string) error{
	"backend": showBackend,
	"doctor":  examine,
	"explain": explainExamples,
	"init":    makeFolder,
	"predict": predict,
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
