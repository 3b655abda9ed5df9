package explain

import (
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// source is where numbers of a point go into a net: an input, or a node whose values they replace.
type source struct {
	place         // what the numbers are: of a node that looks ids up, [vectors, numbers of each]
	port   int    // the input, or that of the ids that are looked up; −1: a layer
	node   string // the node's name in a Trace; "": the input itself
	dims   []int  // the node's, that of the examples included; nil: the examples first, then shape
	tokens []int  // of a node that looks ids up: for each vector the place of its id among the port's; −1: a constant
	table  int    // of such a node: the number of its table's rows, where it is indexed by the ids themselves; 0: not known
}

// named are the nodes of sources, for the names of programs.
func named(sources []source) string {
	var names []string
	for _, s := range sources {
		names = append(names, s.node)
	}
	return strings.Join(names, ",")
}

// feed traces the net with the values of sources in their places. The arguments are the net's inputs, then the values of those sources
// that are nodes. It returns the nodes that hold what was put in, and the arguments behind. inside says that other nodes will be looked at,
// so that recurrent layers are to be spelled out.
func feed(net *models.Net, scope *model.Scope, in []*Node, sources []source, inside bool) (t *Trace, held, rest []*Node) {
	trace := traceAsComputed
	for _, s := range sources {
		// Names that count operations hold for the trace with all of them alone.
		inside = inside || s.port < 0 || strings.Contains(s.node, "#")
	}
	if inside {
		trace = NewTrace
	}
	t = trace(net, scope, in[:len(net.Inputs)])
	rest = in[len(net.Inputs):]
	instead := map[*Node]*Node{}
	for _, s := range sources {
		if s.node == "" {
			held = append(held, in[s.port])
			continue
		}
		held = append(held, rest[0])
		instead[t.Node(s.node)], rest = rest[0], rest[1:]
	}
	if len(instead) > 0 {
		t = t.Replay(instead)
	}
	return t, held, rest
}
