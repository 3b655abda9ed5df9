package data

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// What the pages of a Parquet file may take.
const (
	mostUnpacked   = 2 << 30   // bytes, of the pages of a row group that the library has in memory at once: a dictionary and one more of each column
	mostPageHeader = 16 << 20  // bytes
	mostWindow     = 128 << 20 // bytes, that zstd looks back
	bytesPerValue  = 4         // that a value takes in memory, at least, however little it takes in the file
)

// checkPages refuses a file whose pages take more memory than they may. The library asks for what they claim to have when they are unpacked, and for more if it
// turns out to be more; and a few bytes can be gigabytes of zeros.
func checkPages(f randomAccess, file *parquet.File) error {
	for i, group := range file.Metadata().RowGroups {
		var unpacked int64
		for _, column := range group.Columns {
			n, err := unpackedColumn(f, column.MetaData)
			if err != nil {
				return fmt.Errorf("column %q: %w", strings.Join(column.MetaData.PathInSchema, "."), err)
			}
			if unpacked += n; unpacked > mostUnpacked {
				return fmt.Errorf("the pages of row group %d take more than %d bytes of memory at once: write the table with smaller pages or row groups", i+1, int64(mostUnpacked))
			}
		}
	}
	return nil
}

// unpackedColumn is how many bytes of memory a column's dictionary and the largest of its pages take.
func unpackedColumn(f randomAccess, column format.ColumnMetaData) (int64, error) {
	at := column.DataPageOffset
	if column.DictionaryPageOffset != 0 {
		at = column.DictionaryPageOffset
	}
	end := at + column.TotalCompressedSize
	if at < 0 || end < at || end > f.size {
		return 0, fmt.Errorf("a broken Parquet file: its pages are at bytes %d to %d, the file has %d", at, end, f.size)
	}
	var dictionary, largest int64
	for at < end {
		header, length, err := pageHeader(f, at, end)
		if err != nil {
			return 0, fmt.Errorf("a broken Parquet file: the header of the page at byte %d %w", at, err)
		}
		at += length
		size := int64(header.CompressedPageSize)
		if size < 0 || header.UncompressedPageSize < 0 || size > end-at {
			return 0, fmt.Errorf("a broken Parquet file: the page at byte %d claims to have %d bytes, of %d unpacked", at, size, header.UncompressedPageSize)
		}
		unpacked, err := unpackedPage(io.NewSectionReader(f, at, size), header, column.Codec)
		if err != nil {
			return 0, fmt.Errorf("a broken Parquet file: the page at byte %d %w", at, err)
		}
		takes := max(unpacked, int64(header.UncompressedPageSize), bytesPerValue*valuesOf(header))
		if takes > mostUnpacked {
			return 0, fmt.Errorf("a page takes %d bytes of memory or more, want at most %d: write the table with smaller pages", takes, int64(mostUnpacked))
		}
		if at += size; header.Type == format.DictionaryPage {
			dictionary = max(dictionary, takes)
		} else {
			largest = max(largest, takes)
		}
	}
	return dictionary + largest, nil
}

// pageHeader is the header that begins at a byte, and its length.
func pageHeader(f randomAccess, at, end int64) (h format.PageHeader, length int64, err error) {
	for window := int64(1 << 10); ; window *= 8 {
		b := make([]byte, min(window, end-at))
		if _, err := f.ReadAt(b, at); err != nil {
			return h, 0, fmt.Errorf("cannot be read: %w", err)
		}
		rest := compact{b}
		err := rest.skip(compactStruct, 0)
		if err == nil {
			b = b[:len(b)-len(rest.rest)]
			return h, int64(len(b)), thrift.Unmarshal(new(thrift.CompactProtocol), b, &h)
		}
		if !errors.Is(err, errShort) || int64(len(b)) == end-at || window > mostPageHeader {
			return h, 0, err
		}
	}
}

// valuesOf is how many values a page claims to have.
func valuesOf(h format.PageHeader) int64 {
	return max(int64(h.DataPageHeader.V.NumValues), int64(h.DataPageHeaderV2.V.NumValues), int64(h.DictionaryPageHeader.V.NumValues))
}

// unpackedPage is how many bytes what is packed in a page unpacks to, counted until they are more than there may be.
func unpackedPage(page *io.SectionReader, h format.PageHeader, codec format.CompressionCodec) (int64, error) {
	if v2 := h.DataPageHeaderV2; h.Type == format.DataPageV2 && v2.Valid {
		if v2.V.IsCompressed.Valid && !v2.V.IsCompressed.V {
			return 0, nil
		}
		levels := int64(v2.V.RepetitionLevelsByteLength) + int64(v2.V.DefinitionLevelsByteLength) // which come first, as they are
		if levels < 0 || levels > page.Size() {
			return 0, fmt.Errorf("has %d bytes and claims to have %d of levels", page.Size(), levels)
		}
		page = io.NewSectionReader(page, levels, page.Size()-levels)
	}
	if page.Size() == 0 {
		return 0, nil
	}
	if codec == format.Snappy { // which begins with how many it is
		n, err := binary.ReadUvarint(bufio.NewReader(page))
		return int64(min(n, mostUnpacked+1)), err
	}
	unpack, err := unpacker(page, codec)
	if err != nil || unpack == nil {
		return 0, err
	}
	defer unpack.Close() //nolint:errcheck // only read
	n, err := io.CopyN(io.Discard, unpack, mostUnpacked+1)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("cannot be unpacked: %w", err)
	}
	return n, nil
}

// unpacker reads what is packed; nil: it is not.
func unpacker(packed io.Reader, codec format.CompressionCodec) (io.ReadCloser, error) {
	switch codec {
	case format.Gzip:
		return gzip.NewReader(packed)
	case format.Brotli:
		return io.NopCloser(brotli.NewReader(packed)), nil
	case format.Zstd:
		z, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(mostWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return nil, nil
}
