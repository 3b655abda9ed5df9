package main

import (
	"fmt"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

// showBackend prints the backend that is chosen, or that was installed, and its configuration alone on the last line.
func showBackend(args []string) error {
	choice := backend.Choose()
	switch {
	case len(args) == 2 && args[0] == "--install":
		var err error
		if choice, err = backend.Install(args[1]); err != nil {
			return err
		}
	case len(args) != 0:
		return fmt.Errorf("vitrine backend: expected nothing or --install DIR, got %q; %w", args, errUsage)
	}
	fmt.Printf("%s\n%s\n", choice, choice.Config)
	return nil
}
