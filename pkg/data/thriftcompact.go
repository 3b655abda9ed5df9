package data

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// What a value may have.
const (
	mostElements = 1 << 20 // of a list
	mostDepth    = 32      // of what is in what
)

// compact is the rest of a text in Thrift's compact protocol.
type compact struct{ rest []byte }

// The kinds of value that are told apart here.
const (
	compactTrue   = 1
	compactFalse  = 2
	compactByte   = 3
	compactI64    = 6
	compactDouble = 7
	compactBinary = 8
	compactList   = 9
	compactSet    = 10
	compactStruct = 12
)

var errShort = errors.New("ends before what it claims to have")

// skip goes past a value.
func (c *compact) skip(kind byte, depth int) error {
	switch {
	case depth > mostDepth:
		return fmt.Errorf("is more than %d deep", mostDepth)
	case kind >= compactTrue && kind <= compactByte:
		return c.bytes(1)
	case kind > compactByte && kind <= compactI64:
		_, err := c.varint()
		return err
	case kind == compactDouble:
		return c.bytes(8)
	case kind == compactBinary:
		n, err := c.varint()
		if err != nil {
			return err
		}
		return c.bytes(n)
	case kind == compactList || kind == compactSet:
		return c.list(depth)
	case kind == compactStruct:
		return c.fields(depth)
	}
	return fmt.Errorf("has a value of kind %d", kind) // a map, 11, among them: no footer has one
}

func (c *compact) list(depth int) error {
	head, err := c.next()
	if err != nil {
		return err
	}
	n := uint64(head >> 4)
	if n == 15 {
		if n, err = c.varint(); err != nil {
			return err
		}
	}
	if n > uint64(len(c.rest)) {
		return errShort
	}
	if n > mostElements {
		return fmt.Errorf("has a list of %d, want at most %d", n, mostElements)
	}
	for range n {
		if err := c.skip(head&15, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// fields goes past those of a struct: the kind of each, the number where it is not in the same byte, and the value. A truth is its kind.
func (c *compact) fields(depth int) error {
	for {
		head, err := c.next()
		if err != nil || head == 0 {
			return err
		}
		if head>>4 == 0 {
			if _, err := c.varint(); err != nil {
				return err
			}
		}
		if kind := head & 15; kind != compactTrue && kind != compactFalse {
			if err := c.skip(kind, depth+1); err != nil {
				return err
			}
		}
	}
}

func (c *compact) next() (byte, error) {
	if len(c.rest) == 0 {
		return 0, errShort
	}
	b := c.rest[0]
	c.rest = c.rest[1:]
	return b, nil
}

func (c *compact) bytes(n uint64) error {
	if n > uint64(len(c.rest)) {
		return errShort
	}
	c.rest = c.rest[n:]
	return nil
}

func (c *compact) varint() (uint64, error) {
	v, n := binary.Uvarint(c.rest)
	if n <= 0 {
		return 0, errShort
	}
	c.rest = c.rest[n:]
	return v, nil
}
