package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/vitrine-ml/vitrine/pkg/explain"
)

// verify runs records again and prints whether they hold, and is an error if one does not.
func verify(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("vitrine verify: expected the files of one or more records; %w", errUsage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var errs []error
	for _, path := range args {
		v, err := explain.Verify(ctx, path, nil)
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("vitrine verify: interrupted at %s: %w", path, ctx.Err())
		case err != nil:
			errs = append(errs, fmt.Errorf("vitrine verify: %s: %w", path, err))
			continue
		case !v.Holds():
			errs = append(errs, fmt.Errorf("vitrine verify: %s does not hold", path))
		}
		fmt.Printf("%s: %s\n", path, v)
	}
	return errors.Join(errs...)
}
