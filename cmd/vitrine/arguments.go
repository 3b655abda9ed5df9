package main

import (
	"flag"
	"fmt"
	"io"
)

// arguments parts a command's arguments from its flags, which may stand among them. After "--" all are arguments.
func arguments(flags *flag.FlagSet, args []string) (rest []string, err error) {
	flags.SetOutput(io.Discard)
	for len(args) > 0 {
		if args[0] == "--" {
			return append(rest, args[1:]...), nil
		}
		before := len(args)
		if err := flags.Parse(args); err != nil {
			return nil, fmt.Errorf("vitrine %s: %w; %w", flags.Name(), err, errUsage)
		}
		left := flags.Args()
		if len(left) > 0 && before > len(left) && args[before-len(left)-1] == "--" {
			return append(rest, left...), nil
		}
		if args = left; len(args) > 0 {
			rest, args = append(rest, args[0]), args[1:]
		}
	}
	return rest, nil
}
