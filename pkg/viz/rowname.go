package viz

import (
	"math"
	"strings"
)

// rowName is what stands on the left of a row: a name and, if it is known, what the feature is.
type rowName struct{ name, cell string }

const (
	nameSize  = 12.0
	nameLine  = 14.0 // from line to line of a name that takes two
	twoLines  = 36.0 // least height of a row then, so that rows stay apart
	nameSpace = 26.0 // beside the longest name, of which a cut one takes a little
	wide      = 1.12 // how much wider than most some systems' letters are
)

// rowNames are names of rows alone.
func rowNames(names []string) []rowName {
	rows := make([]rowName, len(names))
	for i, name := range names {
		rows[i].name = name
	}
	return rows
}

func (n rowName) full() string {
	if n.cell == "" {
		return n.name
	}
	return n.name + " = " + n.cell
}

// fit shortens the name before what the feature is.
func (n rowName) fit(size, pixels float64) string {
	if n.cell == "" || textWidth(n.full(), size) <= pixels {
		return fit(n.full(), size, pixels)
	}
	cell := " = " + fit(n.cell, size, pixels*0.5)
	return fit(n.name, size, pixels-textWidth(cell, size)) + cell
}

// lines are all of it on one line, where the room on the left of the rows allows for that, or else on two: what the feature is on a line of its own, or
// the name broken where a word ends. What is too long for two is cut.
func (n rowName) lines(room float64) []string {
	const size = nameSize
	pixels := (room - nameSpace + 4) / wide
	if textWidth(n.full(), size) <= pixels {
		return []string{n.full()}
	}
	if n.cell != "" && textWidth(n.name, size) <= pixels {
		return []string{n.name, fit("= "+n.cell, size, pixels)}
	}
	end, widest := 0, math.Inf(1) // where the longer of the two is shortest
	for i, r := range n.name {
		after := i + len(string(r))
		first, second := textWidth(strings.TrimRight(n.name[:after], " "), size), textWidth(rowName{n.name[after:], n.cell}.full(), size)
		if strings.ContainsRune(" _-./:", r) && after < len(n.name) && first <= pixels && max(first, second) < widest {
			end, widest = after, max(first, second)
		}
	}
	if end == 0 {
		return []string{n.fit(size, pixels)}
	}
	return []string{strings.TrimRight(n.name[:end], " "), rowName{n.name[end:], n.cell}.fit(size, pixels)}
}

// namesWidth is the room that names take on the left of their rows, with the space beside them: what the widest line needs, and at most so much.
func namesWidth(names []rowName, most float64) (width float64) {
	for _, n := range names {
		width = max(width, longest(n.lines(most), nameSize))
	}
	return min(width*wide+nameSpace, most)
}

// heightOf a row is so much, or what two lines need if one of the names takes two in that room.
func heightOf(names []rowName, height, room float64) float64 {
	for _, n := range names {
		if len(n.lines(room)) > 1 {
			return max(height, twoLines)
		}
	}
	return height
}

// rowName writes a name into so much room on the left, with its middle at y. One that is cut is whole when it is pointed at.
func (s *sheet) rowName(n rowName, room, y float64) {
	lines := n.lines(room)
	whole := strings.ReplaceAll(strings.Join(lines, ""), " ", "") == strings.ReplaceAll(n.full(), " ", "")
	for i, line := range lines {
		e := s.text(room-10, y+nameLine*(float64(i)-float64(len(lines)-1)/2), line, font{Align: "right"})
		if !whole {
			e["silent"], e["tooltip"] = false, tooltip(n.full())
		}
	}
}
