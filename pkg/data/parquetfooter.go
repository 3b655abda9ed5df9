package data

import (
	"encoding/binary"
	"fmt"
)

const mostFooter = 64 << 20 // bytes

// checkFooter refuses a Parquet file whose footer claims more than the file has: the library asks for the memory first, up to 168 GB, and reads
// then.
func checkFooter(f randomAccess) error {
	const around = 12 // bytes: the mark that a file begins with, the footer's length, and the mark again
	if f.size < around {
		return fmt.Errorf("no Parquet file: it has %d bytes", f.size)
	}
	length := make([]byte, 4)
	if _, err := f.ReadAt(length, f.size-8); err != nil {
		return err
	}
	n := int64(binary.LittleEndian.Uint32(length))
	if n > f.size-around {
		return fmt.Errorf("no Parquet file, or a broken one: its footer claims to have %d bytes, the file has %d", n, f.size)
	}
	if n > mostFooter {
		return fmt.Errorf("a footer of %d bytes, want at most %d", n, int64(mostFooter))
	}
	footer := make([]byte, n)
	if _, err := f.ReadAt(footer, f.size-8-n); err != nil {
		return err
	}
	if err := (&compact{footer}).skip(compactStruct, 0); err != nil {
		return fmt.Errorf("no Parquet file, or a broken one: its footer %w", err)
	}
	return nil
}
