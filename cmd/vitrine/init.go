package main

import (
	"fmt"

	"github.com/vitrine-ml/vitrine/cmd/vitrine/folder"
)

// makeFolder makes a folder for notebooks.
func makeFolder(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("vitrine init: expected the name of a folder, got %q; %w", args, errUsage)
	}
	dir, err := folder.Create(args[0])
	if err != nil {
		return fmt.Errorf("vitrine init: %w", err)
	}
	fmt.Printf("%s is ready: its README.md says how to open hello.ipynb.\n", dir)
	return nil
}
