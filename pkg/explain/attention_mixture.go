package explain

import "slices"

// pairOf are two inputs: the one whose positions hold something, and the one whose positions it is of.
type pairOf struct{ rows, of int }

// mixture is what the positions of each input hold of those of each, while attention mixes them layer by layer.
type mixture map[pairOf]matrix

// streams are the inputs that attention works on.
func (a *attention) streams() (streams []int) {
	for k := range a.places {
		if slices.ContainsFunc(a.looks, func(l look) bool { return l.rows == k || l.columns == k }) {
			streams = append(streams, k)
		}
	}
	return streams
}

// mixture is zeros or, before any attention, each position holding itself.
func (a *attention) mixture(itself bool) mixture {
	x := mixture{}
	for _, rows := range a.streams() {
		for _, of := range a.streams() {
			x[pairOf{rows, of}] = zeros(a.places[rows].shape[0], a.places[of].shape[0])
		}
		if itself {
			x[pairOf{rows, rows}] = identity(a.places[rows].shape[0])
		}
	}
	return x
}

// readOut is what the rows that are read hold, at the end of the last attention, of each input.
func (a *attention) readOut(x mixture, f flow) map[int][]float64 {
	end := a.looks[len(a.looks)-1].rows
	values := map[int][]float64{}
	for _, of := range a.streams() {
		values[of] = x[pairOf{end, of}].mixed(f.read[end])
	}
	return values
}
