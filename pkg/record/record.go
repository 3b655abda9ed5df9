// Package record holds what the rooms of Vitrine hand one another: explanations, samples, training histories. It is plain Go:
// no tensors, no graphs, no drawing, so that a record can be written by one program and read, drawn, scored or run again by another.
//
// Every record is data with its error: an [Explanation] says what it explains, how it was made and how wrong it may be.
package record
