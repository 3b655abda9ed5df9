package explain_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// maker builds a graph at random of what GoMLX offers. Nodes are [examples, 4, 4, 2], [examples, 4, 8] or [examples, 6].
type maker struct {
	*rand.Rand
	scope *model.Scope
	pool  [][]*Node // by rank: 4, 3, 2
	trail []string
}

func (m *maker) pick(kind int) *Node { return m.pool[kind][m.IntN(len(m.pool[kind]))] }

func (m *maker) variable(name string, dims ...int) *Node {
	g := m.pool[0][0].Graph()
	return m.scope.At("shared").VariableWithShape(fmt.Sprintf("%s%v", name, dims), shapes.Make(dtypes.Float64, dims...)).NodeValue(g)
}

// grow adds nodes to the pool.
func (m *maker) grow(steps int) {
	for range steps {
		kind := m.IntN(3)
		x := m.pick(kind)
		var y *Node
		own := [][]operation{image, sequence, vector}[kind]
		switch m.IntN(4) {
		case 0:
			o := twoNodes[m.IntN(len(twoNodes))]
			m.trail = append(m.trail, o.name)
			y = o.f(m, x, m.pick(kind))
		case 1, 2:
			o := own[m.IntN(len(own))]
			m.trail = append(m.trail, o.name)
			y = o.f(m, x)
		default:
			o := anyShape[m.IntN(len(anyShape))]
			m.trail = append(m.trail, o.name)
			y = o.f(m, x)
		}
		switch y.Rank() { // and make it the next kind now and then
		case 4:
			m.pool[0] = append(m.pool[0], y)
			m.pool[1] = append(m.pool[1], Reshape(y, -1, 4, 8))
		case 3:
			m.pool[1] = append(m.pool[1], y)
			m.pool[2] = append(m.pool[2], Einsum("ntc,cd->nd", y, m.variable("down", 8, 6)))
		default:
			if y.Shape().Dim(1) != 6 {
				y = Dot(y, m.variable("narrow", y.Shape().Dim(1), 6)).MatMul()
			}
			m.pool[2] = append(m.pool[2], y)
		}
	}
}

// randomNet is a net that the seed says all about, and the operations that it took.
func randomNet(t *testing.T, seed uint64) (*models.Net, string) {
	t.Helper()
	var trail []string
	net, err := models.New(models.Custom{Title: fmt.Sprint("seed ", seed), Build: func(scope *model.Scope, in []*Node) []*Node {
		m := &maker{Rand: rand.New(rand.NewPCG(seed, 1)), scope: scope}
		m.pool = [][]*Node{{in[0]}, {Reshape(in[0], -1, 4, 8)}, nil}
		m.pool[2] = []*Node{Dot(Reshape(in[0], -1, 32), m.variable("start", 32, 6)).MatMul()}
		m.grow(2 + m.IntN(8))
		trail = m.trail
		return []*Node{models.Dense(scope.In("logits"), Add(m.pool[2][len(m.pool[2])-1], m.pick(2)), 3)}
	}}, []models.Port{{Name: "x", DType: dtypes.Float64, Shape: []int{4, 4, 2}}}, []models.Port{{Name: "y", Shape: []int{3}}}, seed)
	if err != nil {
		t.Fatalf("seed %d, %v: %v", seed, trail, err)
	}
	return net, strings.Join(trail, ", ")
}

// TestRandomGraphs holds LRP and DeepLIFT to this: a graph gets an explanation whose ledger closes, or an error that names the node; nothing
// in between. 50 graphs on pure Go, 1,000 with VITRINE_FULL=1, and some on the backend of the other tests.
func TestRandomGraphs(t *testing.T) {
	graphs, here := 50, uint64(3)
	if os.Getenv("VITRINE_FULL") == "1" {
		graphs, here = 1000, 40
	}
	pureGo, err := gobackend.New("parallelism=-1")
	if err != nil {
		t.Fatal(err)
	}
	composites := []explain.Composite{nil, explain.Every(explain.Epsilon{}), explain.EpsilonAlpha2Beta1, explain.EpsilonGammaBox(-1, 1),
		explain.EpsilonPlusFlat, explain.Every(explain.WSquare{}), explain.Every(explain.Flat{})}
	explained, refused := 0, 0
	for seed := range uint64(graphs) {
		net, trail := randomNet(t, seed)
		if seed >= here {
			net.On(pureGo)
		}
		x := []*tensors.Tensor{pseudo64(seed, 1, 3, 4, 4, 2)}
		for _, method := range []explain.Explainer{explain.LRP{Composite: composites[seed%uint64(len(composites))]}, explain.DeepLIFT{}, explain.GuidedBackprop{}} {
			e, err := method.Explain(t.Context(), net, x, explain.Predicted)
			if err != nil {
				refused++
				if !strings.Contains(err.Error(), "node \"") || !strings.Contains(err.Error(), "operation ") {
					t.Errorf("seed %d, %T (%s): an error that does not name a node: %.300v", seed, method, trail, err)
				}
				continue
			}
			explained++
			if err := e.Check(); err != nil {
				t.Errorf("seed %d, %T (%s): %v", seed, method, trail, err)
			}
			for i, s := range e.Status {
				if s != record.OK {
					t.Errorf("seed %d, %T (%s): example %d is off by %g of %g", seed, method, trail, i, e.Residual[i], e.Output[i])
				}
			}
		}
	}
	t.Logf("%d explained, %d refused", explained, refused)
	if explained < refused {
		t.Errorf("only %d of %d were explained", explained, explained+refused)
	}
}
