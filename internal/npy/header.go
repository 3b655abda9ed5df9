package npy

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// header is the description of an array: a literal of a Python dictionary with exactly these three keys.
type header struct {
	descr   string
	fortran bool
	shape   []int
}

// reader goes through the text of a header.
type reader struct{ rest string }

func (r *reader) spaces() { r.rest = strings.TrimLeft(r.rest, " \t\r\n") }

// take says whether token comes next, and passes it.
func (r *reader) take(token string) bool {
	r.spaces()
	rest, ok := strings.CutPrefix(r.rest, token)
	if ok {
		r.rest = rest
	}
	return ok
}

// text is a string in quotes, without escapes.
func (r *reader) text() (string, error) {
	for _, quote := range []string{"'", `"`} {
		if !r.take(quote) {
			continue
		}
		s, rest, ok := strings.Cut(r.rest, quote)
		if !ok || strings.Contains(s, `\`) {
			break
		}
		r.rest = rest
		return s, nil
	}
	return "", fmt.Errorf("want a text in quotes at %.40q", r.rest)
}

// number is a length: digits, which Python 2 may have followed by an L.
func (r *reader) number() (int, error) {
	r.spaces()
	end := strings.IndexFunc(r.rest, func(c rune) bool { return c < '0' || c > '9' })
	if end < 0 {
		end = len(r.rest)
	}
	n, err := strconv.Atoi(r.rest[:end])
	if err != nil {
		return 0, fmt.Errorf("want a length at %.40q", r.rest)
	}
	r.rest = strings.TrimPrefix(r.rest[end:], "L")
	return n, nil
}

// tuple is (), (3,) or (3, 4).
func (r *reader) tuple() (list []int, err error) {
	if !r.take("(") {
		return nil, fmt.Errorf("want a shape in brackets at %.40q", r.rest)
	}
	list = []int{}
	for !r.take(")") {
		n, err := r.number()
		if err != nil {
			return nil, err
		}
		list = append(list, n)
		if !r.take(",") {
			if len(list) > 1 && r.take(")") {
				break
			}
			return nil, fmt.Errorf("want a comma or the end of the shape at %.40q", r.rest)
		}
	}
	return list, nil
}

func parseHeader(text string) (h header, err error) {
	r, seen := &reader{text}, map[string]bool{}
	if !r.take("{") {
		return h, fmt.Errorf("want a dictionary at %.40q", r.rest)
	}
	for !r.take("}") {
		key, err := r.text()
		if err != nil {
			return h, err
		}
		if seen[key] || !r.take(":") {
			return h, fmt.Errorf("%.40q twice or without a value", key)
		}
		seen[key] = true
		switch key {
		case "descr":
			if r.take("[") {
				return h, errors.New("a structured array, whose elements have fields: save each field as an array of its own")
			}
			h.descr, err = r.text()
		case "fortran_order":
			if h.fortran = r.take("True"); !h.fortran && !r.take("False") {
				err = fmt.Errorf("want True or False at %.40q", r.rest)
			}
		case "shape":
			h.shape, err = r.tuple()
		default:
			err = fmt.Errorf("the key %.40q is not of the format", key)
		}
		if err != nil {
			return h, err
		}
		if !r.take(",") {
			if r.take("}") {
				break
			}
			return h, fmt.Errorf("want a comma or the end at %.40q", r.rest)
		}
	}
	if r.spaces(); r.rest != "" {
		return h, fmt.Errorf("%.40q follows the end", r.rest)
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("%q is missing", key)
		}
	}
	return h, nil
}
