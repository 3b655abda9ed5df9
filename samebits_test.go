package vitrine_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
	"github.com/vitrine-ml/vitrine/pkg/train"
)

// These tests hold all rooms together to one promise: the same seed gives the same bits, of weights and of every explanation, whatever
// process computes them, on how many cores, with whatever company and history. Each computes in processes of its own (this test's program,
// started again) and compares what they report. VITRINE_FULL=1 takes every method to every net and every process.

// subject is a net to be trained and explained.
type subject struct {
	name    string
	model   models.Architecture
	set     func() (*data.Dataset, error)
	config  train.Config
	methods func() []method
	// What is left out without VITRINE_FULL.
	alone bool // explained in one batch only, at one place
	brief bool // only on one core and on all
}

func subjects() []subject {
	small := models.CNN{Channels: []int{4, 8}, Dense: 24, Dropout: 0.3}
	native := small
	native.Native = true
	set := func() (*data.Dataset, error) { return stripes(80, 16, 16, 1) }
	rows := func() (*data.Dataset, error) { return stripes(80, 9, 9) }
	config := train.Config{Epochs: 2, BatchSize: 64, Optimizer: train.Adam{LearningRate: 0.01}, Schedule: train.Cosine{}, Seed: 5} // pads a batch
	all := []subject{
		{"CNN", small, set, config, methods, false, false},
		{"native CNN", native, set, config, few, false, true},
		{"Transformer", models.Transformer{Layers: 1, Heads: 2, Width: 8, FeedForward: 8}, rows, config, attentions, false, true},
		// Matrices of the real size are shared out among threads, which small ones are not.
		{"real CNN", models.CNN{}, clothes, train.Config{Epochs: 1, Optimizer: train.Adam{LearningRate: 0.001}, Seed: 5}, few, true, true},
	}
	if full() {
		all[1].methods, all[3].methods = methods, thrifty
		all = append(all, subject{"real native CNN", models.CNN{Native: true}, clothes, all[3].config, few, true, true})
	}
	return all
}

func full() bool { return os.Getenv("VITRINE_FULL") == "1" }

// stripes are n noisy grey images of a shape that begins with size × size, with bright rows, which rows being the class.
func stripes(n int, shape ...int) (*data.Dataset, error) {
	size := shape[0]
	rng := rand.New(rand.NewPCG(7, 0))
	var values []float32
	var labels []int
	for i := range n {
		labels = append(labels, i%3)
		for at := range size * size {
			v := 0.5 * rng.Float32()
			if at/size%3 == i%3 {
				v += 0.3
			}
			values = append(values, v)
		}
	}
	return data.New("stripes", shape, values, labels, []string{"a", "b", "c"})
}

// clothes are enough of Fashion-MNIST for three steps.
func clothes() (*data.Dataset, error) {
	set, _, err := data.FashionMNIST()
	if err != nil {
		return nil, err
	}
	index := make([]int, 3*64)
	for i := range index {
		index[i] = i
	}
	return set.Select(index...), nil
}

// explained is more than a chunk; shift takes the first row of a chunk to the last, and others across chunks.
const (
	explained = models.Chunk + 2
	shift     = models.Chunk - 1
)

// loners are explained alone too: a first and a last row of a chunk, and the first of the next.
var loners = []int{0, models.Chunk - 1, models.Chunk}

// others are n images of the net's size that no dataset has.
func others(net *models.Net, n int) []*tensors.Tensor {
	return []*tensors.Tensor{explaintest.Pseudo(3, append([]int{n}, net.Inputs[0].Shape...)...)}
}

func digest(v []float64) string {
	h := sha256.New()
	if err := binary.Write(h, binary.LittleEndian, v); err != nil { // the bits as they are
		panic(err)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// bits are, for every method, a line an example.
type bits map[string][]string

// report is what a process says.
type report struct {
	Cores   int            // that it could use
	Weights string         // SHA-256
	History record.History // of the training, without times
	Batch   bits           // of a batch of images

	// Only if it was asked for company:
	Again, Shifted, Alone bits // Batch a second time, after all else; with every image at another place; of loners alone
}

// order asks a process for a report.
type order struct {
	Subject string
	Warm    bool   // run other programs first, and the methods from the last to the first
	Company bool   // explain again, at other places and alone
	Few     bool   // of the methods
	Only    string // the one method; "": all
}

// orderEnv makes this test's program a process that carries out an order.
const orderEnv = "VITRINE_SAME_BITS"

func TestMain(m *testing.M) {
	if o := os.Getenv(orderEnv); o != "" {
		if err := carryOut(o); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if caches != "" {
		os.RemoveAll(caches)
	}
	os.Exit(code)
}

func carryOut(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	i := slices.IndexFunc(subjects(), func(s subject) bool { return s.name == o.Subject })
	if i < 0 {
		return fmt.Errorf("no subject %q", o.Subject)
	}
	s := subjects()[i]
	set, err := s.set()
	if err != nil {
		return err
	}
	if o.Warm {
		if err := otherPrograms(); err != nil {
			return err
		}
	}
	net, h, err := train.FitOrLoad(s.model, set, s.config)
	if err != nil {
		return err
	}
	r := report{Cores: runtime.NumCPU(), History: *h, Batch: bits{}, Again: bits{}, Shifted: bits{}, Alone: bits{}}
	r.History.Elapsed, r.History.Notes = 0, nil
	if r.Weights, err = net.WeightsHash(); err != nil {
		return err
	}
	if o.Few {
		s.methods = few
	}
	list := slices.DeleteFunc(s.methods(), func(m method) bool { return o.Only != "" && m.name != o.Only })
	if o.Warm {
		slices.Reverse(list)
	}
	x := set.Inputs(0, explained)[0]
	all := func(to bits, x *tensors.Tensor) error {
		for _, m := range list {
			result, err := m.explain(context.Background(), net, []*tensors.Tensor{x})
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			lines, err := bitsOf(result)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			to[m.name] = append(to[m.name], lines...)
		}
		return nil
	}
	if err := all(r.Batch, x); err != nil {
		return err
	}
	if o.Company {
		shifted := tensors.FromShape(x.Shape())
		for i := range explained {
			if err := models.CopyRows(shifted, (i+shift)%explained, x, i, 1); err != nil {
				return err
			}
		}
		if err := all(r.Shifted, shifted); err != nil {
			return err
		}
		for _, i := range loners {
			one, err := models.Rows(x, i, 1)
			if err != nil {
				return err
			}
			if err := all(r.Alone, one); err != nil {
				return err
			}
		}
		if err := errors.Join(otherPrograms(), all(r.Again, x)); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// otherPrograms trains and explains a net of another kind and shape.
func otherPrograms() error {
	set, err := stripes(40, 9, 9, 1)
	if err != nil {
		return err
	}
	net, err := models.New(models.CNN{Channels: []int{5}, Dense: 17}, inputs(set), outputs(set), 3)
	if err != nil {
		return err
	}
	if _, err := train.Fit(context.Background(), net, set, train.Config{Epochs: 1, BatchSize: 10}); err != nil {
		return err
	}
	for _, m := range few()[:2] {
		if _, err := m.explain(context.Background(), net, set.Inputs(0, 7)); err != nil {
			return err
		}
	}
	return nil
}

func inputs(set *data.Dataset) []models.Port  { in, _ := train.Ports(set); return in }
func outputs(set *data.Dataset) []models.Port { _, out := train.Ports(set); return out }

// process is a run of this test's program with an order.
type process struct {
	order
	cache string   // name of the cache that it uses; processes that share one share what they have trained
	cores int      // how many it may use; 0: all
	env   []string // beside the environment of this one
}

// caches is the folder of the processes' caches.
var (
	caches     string
	makeCaches = sync.OnceValues(func() (dir string, err error) {
		caches, err = os.MkdirTemp("", "vitrine-same-bits-")
		return caches, err
	})
	reports sync.Map // of processes, as several tests look at one
)

// report runs the process, once.
func (p process) report(t *testing.T) report {
	t.Helper()
	run, _ := reports.LoadOrStore(fmt.Sprint(p), sync.OnceValues(p.run))
	r, err := run.(func() (report, error))()
	if err != nil {
		t.Fatalf("%+v: %v", p, err)
	}
	return r
}

func (p process) run() (r report, err error) {
	dir, err := makeCaches()
	if err != nil {
		return r, err
	}
	text, err := json.Marshal(p.order)
	if err != nil {
		return r, err
	}
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	command := exec.Command(self)
	command.Env = append(append(os.Environ(), orderEnv+"="+string(text), cache.EnvVar+"="+filepath.Join(dir, p.cache)), p.env...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := startOn(p.cores, command); err != nil {
		return r, err
	}
	if err := command.Wait(); err != nil {
		return r, fmt.Errorf("%w: %s", err, stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil {
		return r, fmt.Errorf("%w: it printed %q", err, stdout.String())
	}
	if p.cores > 0 && r.Cores != p.cores {
		return r, fmt.Errorf("it ran on %d cores instead of %d", r.Cores, p.cores)
	}
	return r, nil
}

// first is the process that the others are compared with: it finds an empty cache, trains, explains and has nothing compiled before.
func (s subject) first() process {
	return process{order: order{Subject: s.name, Company: !s.alone || full()}, cache: "first"}
}

// forAll runs a test for every subject but those that leave it out.
func forAll(t *testing.T, leftOut func(s subject) bool, test func(t *testing.T, s subject, first report)) {
	t.Parallel()
	for _, s := range subjects() {
		if leftOut(s) && !full() {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			first := s.first().report(t)
			if len(first.Batch) != len(s.methods()) {
				t.Fatalf("%d of %d methods reported", len(first.Batch), len(s.methods()))
			}
			test(t, s, first)
		})
	}
}

// same compares the weights, the history and all explanations of two processes.
func same(t *testing.T, got, want report) {
	t.Helper()
	if got.Weights != want.Weights {
		t.Error("other weights")
	}
	if !reflect.DeepEqual(got.History, want.History) {
		t.Errorf("another history:\n%+v\n%+v", got.History, want.History)
	}
	sameBits(t, got.Batch, want.Batch)
}

// sameBits compares the explanations that got has.
func sameBits(t *testing.T, got, want bits) {
	t.Helper()
	if len(got) == 0 {
		t.Fatal("nothing to compare")
	}
	for name, lines := range got {
		var other []string
		for i, line := range want[name] {
			if i >= len(lines) || lines[i] != line {
				other = append(other, fmt.Sprint(i))
			}
		}
		if len(other) > 0 || len(lines) != len(want[name]) {
			t.Errorf("%s: of %d examples, these have other bits: %s", name, len(lines), strings.Join(other, ", "))
		}
	}
}

// rearranged has at place i of every method what b has at place from[i].
func (b bits) rearranged(from []int) bits {
	c := bits{}
	for name, lines := range b {
		for _, i := range from {
			c[name] = append(c[name], lines[i])
		}
	}
	return c
}

func never(subject) bool      { return false }
func brief(s subject) bool    { return s.brief }
func noPlaces(s subject) bool { return s.alone }

func TestSameBitsInAnotherProcess(t *testing.T) {
	forAll(t, brief, func(t *testing.T, s subject, first report) {
		same(t, process{order: order{Subject: s.name, Few: !full()}, cache: "another"}.report(t), first)
	})
}

// Processes are kept to one core, and to two where there are more: matrices are shared out among as many threads as there are cores.
func TestSameBitsOnOneCoreOrTwo(t *testing.T) {
	if runtime.NumCPU() == 1 {
		t.Skip("there is one core only, so that there is nothing to compare")
	}
	if !canConfine {
		t.Skip("processes are kept to some cores on Linux only")
	}
	forAll(t, never, func(t *testing.T, s subject, first report) {
		for cores := 1; cores <= 2 && cores < first.Cores; cores++ {
			t.Run(fmt.Sprint(cores), func(t *testing.T) {
				same(t, process{order: order{Subject: s.name}, cache: fmt.Sprint("cores", cores), cores: cores}.report(t), first)
			})
		}
	})
}

// As on eight cores, as far as threads go.
func TestSameBitsWithMoreThreadsThanCores(t *testing.T) {
	if kind := backend.Choose().Kind(); kind != "go" {
		t.Skipf("the threads of %s are always as many: internal/backend has a test for that", kind)
	}
	forAll(t, brief, func(t *testing.T, s subject, first report) {
		same(t, process{order: order{Subject: s.name}, cache: "threads", env: []string{"GOMAXPROCS=8"}}.report(t), first)
	})
}

func TestSameBitsAlone(t *testing.T) {
	forAll(t, noPlaces, func(t *testing.T, _ subject, first report) {
		sameBits(t, first.Alone, first.Batch.rearranged(loners))
	})
}

func TestSameBitsInAnyRow(t *testing.T) {
	forAll(t, noPlaces, func(t *testing.T, _ subject, first report) {
		from := make([]int, explained)
		for i := range explained {
			from[(i+shift)%explained] = i
		}
		sameBits(t, first.Shifted, first.Batch.rearranged(from))
	})
}

// The first process was cold: nothing was trained, nothing compiled. Warm is the same process later, when it has run all methods and
// another net's programs; and a process that begins with the other net, goes through the methods from the last to the first, and loads
// the weights that the first has trained.
func TestSameBitsColdOrWarm(t *testing.T) {
	t.Run("later", func(t *testing.T) {
		forAll(t, noPlaces, func(t *testing.T, _ subject, first report) { sameBits(t, first.Again, first.Batch) })
	})
	t.Run("loaded", func(t *testing.T) {
		forAll(t, brief, func(t *testing.T, s subject, first report) {
			same(t, process{order: order{Subject: s.name, Warm: true}, cache: s.first().cache}.report(t), first)
		})
	})
	t.Run("each alone in a process", func(t *testing.T) {
		if !full() {
			t.Skip("with VITRINE_FULL=1: it takes a process for every method")
		}
		forAll(t, brief, func(t *testing.T, s subject, first report) {
			for _, m := range s.methods() {
				got := process{order: order{Subject: s.name, Only: m.name}, cache: s.first().cache}.report(t)
				sameBits(t, got.Batch, first.Batch)
			}
		})
	})
}

// TestDigest: what the tests above compare tells numbers apart that differ in the last bit.
func TestDigest(t *testing.T) {
	e := &record.Effects{Version: record.Version, Target: record.Target{Classes: []int{1, 2}}, Output: []float64{3, 4},
		Change: record.Array{Axes: []string{"example", "unit"}, Shape: []int{2, 1}, Data: []float64{5, 6}}}
	before, err := bitsOf(e)
	if err != nil {
		t.Fatal(err)
	}
	e.Change.Data[1] = math.Nextafter(6, 7)
	after, err := bitsOf(e)
	if err != nil || before[0] != after[0] || before[1] == after[1] {
		t.Errorf("%v, then %v (%v)", before, after, err)
	}
}
