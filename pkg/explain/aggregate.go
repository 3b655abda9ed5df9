package explain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"iter"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/progress"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Block is some examples of a dataset that is explained block by block.
type Block struct {
	Inputs  []*tensors.Tensor // one tensor an input port, the examples being the first axis
	Classes []int             // the class to explain of each example, such as its label; nil: what the target says
	Cohorts []string          // the cohort of each example; nil, and "": it is only one of all
}

// Blocks are n examples in blocks of at most 240. inputs gives the examples [from:to]: the method Inputs of a dataset does.
func Blocks(n int, inputs func(from, to int) []*tensors.Tensor) iter.Seq2[Block, error] {
	return func(yield func(Block, error) bool) {
		for from := 0; from < n; from += 10 * models.Chunk {
			if !yield(Block{Inputs: inputs(from, min(n, from+10*models.Chunk))}, nil) {
				return
			}
		}
	}
}

// Aggregate explains a dataset, of which it holds one block at a time, and keeps of each feature's values their mean, mean magnitude, deviations and
// number, for all examples and for each cohort. It takes the examples one after another, so that the result does not depend on the blocks.
//
// An example whose residual stayed above the tolerance counts, and is counted. Of an input of ids whose ids have names, the values of each id
// are brought together; padding has none. The target must be one for all examples: classes of their own are the blocks'.
//
// The first error of blocks or of the method ends it. A context stops it; what was done until then comes back with its error, marked
// unfinished, if there is any.
func Aggregate(ctx context.Context, method Explainer, net *models.Net, blocks iter.Seq2[Block, error], target Target) (*record.Aggregate, error) {
	if target.Classes != nil || target.Positions != nil {
		return nil, fmt.Errorf("explain: an aggregate of %v: classes of the examples are put into the blocks, positions are one for all", target)
	}
	start := time.Now()
	line := progress.New(nameOf(method) + " of a dataset")
	defer line.Done("")
	g := &gathering{a: record.Aggregate{Version: record.Version}, net: net, seen: sha256.New()}
	ended := g.all(ctx, method, blocks, target, func(n int) { line.Set("%d examples", n) })
	if ended != nil && (ctx.Err() == nil || g.examples() == 0) {
		return nil, ended
	}
	if g.examples() == 0 {
		return nil, errors.New("explain: an aggregate of no examples")
	}
	g.a.Unfinished = ended != nil
	for _, c := range g.cohorts {
		g.a.Cohorts = append(g.a.Cohorts, c.record())
	}
	g.a.Made.Inputs = hex.EncodeToString(g.seen.Sum(nil))
	g.a.Elapsed = time.Since(start)
	if err := g.a.Check(); err != nil {
		return nil, err
	}
	return &g.a, ended
}

// gathering is an aggregate in the making.
type gathering struct {
	a       record.Aggregate
	net     *models.Net
	cohorts []*cohort
	seen    hash.Hash // of the examples
}

func (g *gathering) examples() int {
	if g.cohorts == nil {
		return 0
	}
	return g.cohorts[0].examples
}

// all goes through the blocks. Within one it explains some examples at a time: an interrupt then loses little.
func (g *gathering) all(ctx context.Context, method Explainer, blocks iter.Seq2[Block, error], target Target, progress func(n int)) error {
	for b, err := range blocks {
		if err != nil {
			return fmt.Errorf("explain: the block after %d examples: %w", g.examples(), err)
		}
		n, err := g.net.CheckInputs(b.Inputs)
		if err != nil {
			return fmt.Errorf("explain: the block after %d examples: %w", g.examples(), err)
		}
		if b.Classes != nil && len(b.Classes) != n || b.Cohorts != nil && len(b.Cohorts) != n {
			return fmt.Errorf("explain: a block of %d examples with %d classes and %d cohorts", n, len(b.Classes), len(b.Cohorts))
		}
		for from := 0; from < n; from += 4 * models.Chunk {
			if err := g.some(ctx, method, b, from, min(n, from+4*models.Chunk), target); err != nil {
				return err
			}
			progress(g.examples())
		}
	}
	return nil
}

// some explains the examples [from:to] of a block.
func (g *gathering) some(ctx context.Context, method Explainer, b Block, from, to int, target Target) error {
	inputs := make([]*tensors.Tensor, len(b.Inputs))
	for i, t := range b.Inputs {
		var err error
		if inputs[i], err = models.Rows(t, from, to-from); err != nil {
			return err
		}
	}
	if b.Classes != nil {
		target.Class, target.Classes = 0, b.Classes[from:to]
	}
	e, stopped := method.Explain(quietly(ctx), g.net, inputs, target)
	if e == nil {
		return stopped
	}
	if g.cohorts == nil {
		g.begin(e)
	}
	g.a.Evaluations, g.a.Gradients = g.a.Evaluations+e.Evaluations, g.a.Gradients+e.Gradients
	for i, status := range e.Status {
		if status == record.Unfinished {
			continue
		}
		if status == record.Unconverged {
			g.a.Unconverged++
		}
		to := []*cohort{g.cohorts[0]}
		if b.Cohorts != nil && b.Cohorts[from+i] != "" {
			to = append(to, g.cohort(b.Cohorts[from+i]))
		}
		for _, c := range to {
			if err := c.add(e, inputs, i); err != nil {
				return err
			}
		}
		if err := hashRow(g.seen, inputs, i); err != nil {
			return err
		}
	}
	return stopped
}

// hashRow takes the bytes of an example into a hash.
func hashRow(h hash.Hash, inputs []*tensors.Tensor, i int) error {
	for _, t := range inputs {
		n := t.Shape().Dim(0)
		if err := t.ConstBytes(func(b []byte) { h.Write(b[i*len(b)/n : (i+1)*len(b)/n]) }); err != nil {
			return err
		}
	}
	return nil
}

// begin takes from the first explanation what is said of all.
func (g *gathering) begin(e *record.Explanation) {
	g.a.Method, g.a.Options, g.a.Made = e.Method, e.Options, e.Made
	g.a.Target = record.Target{Output: e.Target.Output, Asked: e.Target.Asked}
	g.cohorts = []*cohort{newCohort("", g.net, e)}
}

// cohort is the one of that name.
func (g *gathering) cohort(name string) *cohort {
	i := slices.IndexFunc(g.cohorts, func(c *cohort) bool { return c.name == name })
	if i < 0 {
		i = len(g.cohorts)
		g.cohorts = append(g.cohorts, g.cohorts[0].empty(name))
	}
	return g.cohorts[i]
}
