// Command bench is Vitrine's side of ./scripts/bench: it does a workload when it is told to, and says how long that took. Its peers do the
// same with the same weights and inputs (scripts/lib/bench_torch.py).
//
//	bench list          the workloads, as JSON
//	bench serve FOLDER  takes an order a line from the standard input and answers each with a line of JSON
//
// The orders, each with the name of a workload:
//
//	prepare NAME   make the net and its inputs; the peer finds them in FOLDER/given.safetensors. Starts the backend, compiles nothing
//	call NAME N    do it N times; the answer has the seconds of each
//	result NAME    write what the last call computed to FOLDER/result.safetensors
//	end NAME       let go of it
//
// An answer has "error" if something went wrong.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
	"github.com/vitrine-ml/vitrine/internal/safetensors"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "list":
		return json.NewEncoder(os.Stdout).Encode(workloads)
	case len(args) == 2 && args[0] == "serve":
		return serve(args[1])
	}
	return errors.New("bench: expected list or serve FOLDER; it is started by ./scripts/bench")
}

// answer to an order; all is empty where there is nothing to say.
type answer struct {
	Seconds []float64 `json:"seconds,omitempty"`
	Error   string    `json:"error,omitempty"`
}

func serve(folder string) error {
	s := server{folder: folder, tasks: map[string]*task{}}
	orders, answers := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	for orders.Scan() {
		seconds, err := s.follow(strings.Fields(orders.Text()))
		a := answer{Seconds: seconds}
		if err != nil {
			a.Error = err.Error()
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
	return orders.Err()
}

type server struct {
	folder string
	tasks  map[string]*task // what is prepared
}

func (s server) follow(order []string) (seconds []float64, err error) {
	if len(order) < 2 {
		return nil, fmt.Errorf("bench: expected an order and a name, got %q", order)
	}
	what, name := order[0], order[1]
	if what == "prepare" {
		return nil, s.prepare(name)
	}
	t := s.tasks[name]
	if t == nil {
		return nil, fmt.Errorf("bench: %s is not prepared", name)
	}
	switch what {
	case "call":
		n, err := strconv.Atoi(strings.Join(order[2:], " "))
		if err != nil {
			return nil, fmt.Errorf("bench: how often to call %s: %w", name, err)
		}
		for range n {
			start := time.Now()
			if err := t.call(); err != nil {
				return nil, err
			}
			seconds = append(seconds, time.Since(start).Seconds())
		}
		return seconds, nil
	case "result":
		result, err := t.result()
		if err != nil {
			return nil, err
		}
		return nil, s.write("result", result)
	case "end":
		delete(s.tasks, name)
		if t.end == nil {
			return nil, nil
		}
		return nil, t.end()
	}
	return nil, fmt.Errorf("bench: no order is called %q", what)
}

func (s server) prepare(name string) error {
	for _, w := range workloads {
		if w.Name != name {
			continue
		}
		t, err := w.prepare()
		if err != nil {
			return err
		}
		s.tasks[name] = t
		return s.write("given", t.given)
	}
	return fmt.Errorf("bench: no workload is called %q", name)
}

// write puts tensors where the peer finds them.
func (s server) write(name string, list map[string]*tensors.Tensor) error {
	return atomicfile.Write(filepath.Join(s.folder, name+".safetensors"), 0o644, func(w io.Writer) error {
		return safetensors.Write(w, list, nil)
	})
}
