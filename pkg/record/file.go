package record

// WriteFile writes the record as JSON, whole or not at all. A record that does not pass Check is refused.
func (e *Explanation) WriteFile(path string) error { return writeJSON(e, path) }

// ReadExplanation reads what WriteFile wrote. Unknown fields, another version and numbers that do not fit are errors.
func ReadExplanation(path string) (*Explanation, error) {
	return readJSON[Explanation]("an explanation", path)
}

// ParseExplanation reads a record's JSON.
func ParseExplanation(data []byte) (*Explanation, error) {
	return parseJSON[Explanation]("an explanation", data)
}

// WriteFile writes the record as JSON, whole or not at all. A record that does not pass Check is refused.
func (a *Aggregate) WriteFile(path string) error { return writeJSON(a, path) }

// ReadAggregate reads what WriteFile wrote. Unknown fields, another version and numbers that do not fit are errors.
func ReadAggregate(path string) (*Aggregate, error) {
	return readJSON[Aggregate]("an aggregate", path)
}

// ParseAggregate reads a record's JSON.
func ParseAggregate(data []byte) (*Aggregate, error) {
	return parseJSON[Aggregate]("an aggregate", data)
}

// WriteFile writes the record as JSON, whole or not at all. A record that does not pass Check is refused.
func (d *Dependence) WriteFile(path string) error { return writeJSON(d, path) }

// ReadDependence reads what WriteFile wrote. Unknown fields, another version and numbers that do not fit are errors.
func ReadDependence(path string) (*Dependence, error) {
	return readJSON[Dependence]("a dependence", path)
}

// ParseDependence reads a record's JSON.
func ParseDependence(data []byte) (*Dependence, error) {
	return parseJSON[Dependence]("a dependence", data)
}

// WriteFile writes the record as JSON, whole or not at all. A record that does not pass Check is refused.
func (a *AccumulatedEffects) WriteFile(path string) error { return writeJSON(a, path) }

// ReadAccumulatedEffects reads what WriteFile wrote. Unknown fields, another version and numbers that do not fit are errors.
func ReadAccumulatedEffects(path string) (*AccumulatedEffects, error) {
	return readJSON[AccumulatedEffects]("accumulated effects", path)
}

// ParseAccumulatedEffects reads a record's JSON.
func ParseAccumulatedEffects(data []byte) (*AccumulatedEffects, error) {
	return parseJSON[AccumulatedEffects]("accumulated effects", data)
}

// WriteFile writes the record as JSON, whole or not at all. A record that does not pass Check is refused.
func (p *Pick) WriteFile(path string) error { return writeJSON(p, path) }

// ReadPick reads what WriteFile wrote. Unknown fields, another version and numbers that do not fit are errors.
func ReadPick(path string) (*Pick, error) {
	return readJSON[Pick]("a pick", path)
}

// ParsePick reads a record's JSON.
func ParsePick(data []byte) (*Pick, error) {
	return parseJSON[Pick]("a pick", data)
}
