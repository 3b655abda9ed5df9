package data

// Raw says what an example is before it is prepared.
type Raw string

// The kinds of raw examples, and what stands for one in [Preparation.Prepare].
const (
	RawText  Raw = "text"  // the text itself
	RawRow   Raw = "row"   // a JSON object: the value of each column by its name
	RawImage Raw = "image" // the path of a PNG or JPEG file
	RawSound Raw = "sound" // the path of a WAV file
	RawArray Raw = "array" // the path of a .npy file, or of a .npz file where there are several inputs
)

// Preparation makes a raw example, as a person has it, into the inputs of a net, as those of the dataset were made that the net learned
// from. Implementations are plain structs that encode to JSON and back without loss, so that a net's file can hold how its inputs are made.
type Preparation interface {
	// Raw says what Prepare takes.
	Raw() Raw
	// Prepare gives the inputs of one example, one column an input, in the order of the dataset's. What cannot be prepared is an error that
	// says what was expected and what came.
	Prepare(raw string) ([]Column, error)
}
