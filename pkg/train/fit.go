package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/progress"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Fit trains a net on a dataset. The net has one output, as [Ports] has it for the dataset: Logits of classes, Logits at every position of a sequence
// of ids, or Values.
//
// If ctx is done before the training is, Fit finishes the step under way and returns the history so far with an error that wraps ctx's;
// the net keeps what it has learned.
func Fit(ctx context.Context, net *models.Net, set *data.Dataset, c Config) (*record.History, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	f := newFit(net, set, c)
	err = f.run(ctx)
	f.line.Done("")
	return &f.History, err
}

// fit is a training under way.
type fit struct {
	net  *models.Net
	set  *data.Dataset
	c    Config
	line *progress.Line

	folder string        // of the checkpoints; "": none are kept
	key    string        // of what is trained: a checkpoint of another is passed over
	every  time.Duration // between checkpoints

	state
	order     []int                      // of the examples in the epoch under way; nil: not yet known
	best      map[string]*tensors.Tensor // the variables after the best epoch, for EarlyStopping
	lastSave  time.Time
	began     time.Time // of the first whole step in this process, and
	beganStep int       // its number, to guess the time that is left
}

// state is what it takes, beside the variables, to go on.
type state struct {
	History record.History `json:"history"`
	// Of the epoch under way: the sums of losses, of what they count for and of right predictions, and how many examples they are over.
	Loss  float64 `json:"loss"`
	Count float64 `json:"count"`
	Right float64 `json:"right"`
	Seen  int     `json:"seen"`
}

func newFit(net *models.Net, set *data.Dataset, c Config) *fit {
	f := &fit{net: net, set: set, c: c, every: checkpointEvery}
	if set != nil {
		f.line = progress.New(net.Name + " on " + set.Name)
		_, target := set.Columns()
		f.History.Model, f.History.Dataset, f.History.Learns = net.Name, set.Name, string(target.Kind)
	} else {
		f.line = progress.New(net.Name)
	}
	return f
}

// run trains from the state that it finds, or that a checkpoint has, to the end.
func (f *fit) run(ctx context.Context) (err error) {
	defer data.Catch(&err)
	if err := checkFit(f.net, f.set, f.c); err != nil {
		return err
	}
	store := f.net.Store()
	if err := addSlots(store, f.c.Optimizer); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer func() {
		f.net.Forget(program)
		f.net.Forget(validationProgram)
		if e := errors.Join(store.DeleteVariablesInScope(slotScope), toHost(store)); e != nil && err == nil {
			err = fmt.Errorf("train: %w", e)
		}
	}()
	if err := f.resume(); err != nil {
		return err
	}
	build := step(f.net, f.c)
	start, before := time.Now(), f.History.Elapsed
	f.lastSave = start
	for {
		f.History.Elapsed = before + time.Since(start)
		epoch := len(f.History.Epochs)
		switch {
		case f.ended():
			f.History.Finished = true
			return errors.Join(f.takeBest(), f.checkWeights())
		case ctx.Err() != nil:
			return f.interrupted(ctx.Err())
		case f.Seen < f.set.Len():
			if err := f.step(build, epoch); err != nil {
				return err
			}
		default:
			if err := f.endEpoch(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
		if time.Since(f.lastSave) >= f.every {
			if err := f.save(); err != nil {
				return err
			}
		}
	}
}

// step trains on the next batch of the epoch.
func (f *fit) step(build models.Forward, epoch int) error {
	n := f.set.Len()
	if f.Seen == 0 || f.order == nil {
		f.order = order(f.c.Seed, epoch, n)
	}
	index := f.order[f.Seen:min(f.Seen+f.c.BatchSize, n)]
	factor, err := f.c.factor(Progress{
		Step: f.History.Steps + 1, Steps: f.perEpoch() * f.c.Epochs, Epoch: epoch + 1, Epochs: f.c.Epochs, Validation: f.validationLosses(),
	})
	if err != nil {
		return err
	}
	args := batch(f.set, index, f.c.BatchSize, f.History.Steps+1, factor)
	out, err := f.net.Run(program, build, args...)
	if err != nil {
		return fmt.Errorf("train: step %d: %w", f.History.Steps+1, err)
	}
	sums, err := tensors.CopyFlatData[float32](out[0])
	if err != nil {
		return fmt.Errorf("train: step %d: %w", f.History.Steps+1, err)
	}
	for _, t := range append(args, out...) {
		t.MustFinalizeAll()
	}
	f.History.Steps++
	loss := float64(sums[0]) / float64(sums[1])
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return f.diverged(fmt.Sprintf("the loss is %v", loss))
	}
	f.Loss += float64(sums[0])
	f.Count += float64(sums[1])
	f.Right += float64(sums[2])
	f.Seen += len(index)
	f.show()
	return nil
}

// ended says whether all epochs are over, or enough.
func (f *fit) ended() bool {
	_, stop := f.c.EarlyStopping.after(f.validationLosses())
	return stop || len(f.History.Epochs) == f.c.Epochs
}

// endEpoch adds the epoch to the history and keeps a checkpoint.
func (f *fit) endEpoch(ctx context.Context) error {
	e := record.Epoch{Epoch: len(f.History.Epochs) + 1, Loss: f.Loss / f.Count}
	if classifies(f.net) {
		e.Accuracy = f.Right / float64(f.set.Len())
	}
	if err := f.validate(ctx, &e); err != nil {
		return err
	}
	f.History.Epochs = append(f.History.Epochs, e)
	f.Loss, f.Count, f.Right, f.Seen = 0, 0, 0, 0
	if err := f.keepBest(); err != nil || f.ended() {
		return err // what is finished is kept in another form
	}
	return f.save()
}

// validate evaluates the net on the validation data: by the loss that it is trained with, but without label smoothing and class weights, so that it
// can be compared with what Evaluate says.
func (f *fit) validate(ctx context.Context, e *record.Epoch) error {
	set := f.c.Validation
	if set == nil {
		return nil
	}
	if classifies(f.net) && f.c.Loss == nil { // by a program that others use as well
		scores, err := Evaluate(ctx, f.net, set)
		if err == nil {
			e.ValidationLoss, e.ValidationAccuracy = &scores.Loss, &scores.Accuracy
		}
		return err
	}
	var total [3]float64
	build := validation(f.net, f.c.loss(f.net.Outputs[0], true))
	for from := 0; from < set.Len(); from += models.Chunk {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("train: validation interrupted at example %d of %d: %w", from, set.Len(), err)
		}
		out, err := f.net.Run(validationProgram, build, padded(set, upTo(from, min(from+models.Chunk, set.Len())), models.Chunk)...)
		if err != nil {
			return fmt.Errorf("train: validation: examples from %d on: %w", from, err)
		}
		sums, err := tensors.CopyFlatData[float32](out[0])
		if err != nil {
			return fmt.Errorf("train: validation: %w", err)
		}
		for i := range total {
			total[i] += float64(sums[i])
		}
	}
	loss, right := total[0]/total[1], total[2]/float64(set.Len())
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return f.diverged(fmt.Sprintf("the validation loss is %v", loss))
	}
	if e.ValidationLoss = &loss; classifies(f.net) {
		e.ValidationAccuracy = &right
	}
	return nil
}

// upTo are the numbers from from to to − 1.
func upTo(from, to int) []int {
	index := make([]int, to-from)
	for i := range index {
		index[i] = from + i
	}
	return index
}

// perEpoch is the number of steps in an epoch.
func (f *fit) perEpoch() int { return (f.set.Len() + f.c.BatchSize - 1) / f.c.BatchSize }

// where says how far the training has come.
func (f *fit) where() string {
	per := f.perEpoch()
	done := min(len(f.History.Epochs)*per+(f.Seen+f.c.BatchSize-1)/f.c.BatchSize, per*f.c.Epochs)
	epoch := min(max(done-1, 0)/per, f.c.Epochs-1)
	return fmt.Sprintf("epoch %d/%d, step %d/%d", epoch+1, f.c.Epochs, done, per*f.c.Epochs)
}

// show sets the progress line.
func (f *fit) show() {
	left := ""
	if f.began.IsZero() { // the first step compiles
		f.began, f.beganStep = time.Now(), f.History.Steps
	} else if done := f.History.Steps - f.beganStep; done >= 5 {
		rest := time.Since(f.began) / time.Duration(done) * time.Duration(f.perEpoch()*f.c.Epochs-f.History.Steps)
		left = fmt.Sprintf(", %s left", roughly(rest))
	}
	accuracy := ""
	if classifies(f.net) {
		accuracy = fmt.Sprintf(", accuracy %.3f", f.Right/float64(f.Seen))
	}
	f.line.Set("%s, loss %.3g%s%s", f.where(), f.Loss/f.Count, accuracy, left)
}

// summary says what a training that is over has come to: the epoch whose weights the net has.
func (f *fit) summary() string {
	h := f.History
	text, e := fmt.Sprintf("%d epochs, %d steps", len(h.Epochs), h.Steps), h.Epochs[len(h.Epochs)-1]
	if h.Best != 0 {
		text, e = fmt.Sprintf("%s, the best of which is %d", text, h.Best), h.Epochs[h.Best-1]
	}
	text += fmt.Sprintf(", loss %.3g", e.Loss)
	if h.Classifies() {
		text += fmt.Sprintf(", accuracy %.3f", e.Accuracy)
	}
	if e.ValidationLoss != nil {
		text += fmt.Sprintf("; on validation data loss %.3g", *e.ValidationLoss)
	}
	if e.ValidationAccuracy != nil {
		text += fmt.Sprintf(", accuracy %.3f", *e.ValidationAccuracy)
	}
	return text
}

// roughly is a duration as a person says it.
func roughly(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f min", d.Minutes())
}

// interrupted keeps a checkpoint and says what to do.
func (f *fit) interrupted(cause error) error {
	if f.folder == "" {
		return fmt.Errorf("train: interrupted at %s: %w", f.where(), cause)
	}
	if err := f.save(); err != nil {
		return err
	}
	return fmt.Errorf("train: interrupted at %s; this is kept: running it again goes on from here: %w", f.where(), cause)
}

// diverged says where and what may help.
func (f *fit) diverged(what string) error {
	per := f.perEpoch()
	scale := ""
	if low, high := span(f.set); low <= high {
		scale = fmt.Sprintf(", and look at the scale of the inputs (from %.3g to %.3g here; about 0 to 1 or -1 to 1 trains best)", low, high)
	}
	return fmt.Errorf("train: %s at step %d (epoch %d of %d): try a smaller learning rate (it was trained by %T%+v) or Config.ClipNorm%s",
		what, f.History.Steps, (f.History.Steps-1)/per+1, f.c.Epochs, f.c.Optimizer, f.c.Optimizer, scale)
}

// checkWeights returns an error if a variable is no longer finite: the last step can do that without the loss showing it.
func (f *fit) checkWeights() error {
	if err := f.net.CheckWeights(); err != nil {
		return f.diverged(err.Error())
	}
	return nil
}
