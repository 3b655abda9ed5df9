package explain

import (
	"context"

	"github.com/vitrine-ml/vitrine/internal/progress"
)

type quietKey struct{}

// quietly is a context under which methods show no progress of their own, as they are a part of something that does.
func quietly(ctx context.Context) context.Context { return context.WithValue(ctx, quietKey{}, true) }

// lineOf is a line for the progress of a method.
func lineOf(ctx context.Context, method string) *progress.Line {
	if ctx.Value(quietKey{}) != nil {
		return progress.Silent()
	}
	return progress.New(method)
}
