package explain

// terms are what is fitted beside the values.
type terms struct {
	common   bool     // what coalitions of a size have in common
	squares  bool     // how the values change with the square of the size
	products []uint64 // interactions of an odd number of players
	searched bool     // the products were looked for in the answers
}

// numbers is how many are fitted.
func (b terms) numbers(n int) int {
	count := n
	if b.common {
		count += n / 2
	}
	if b.squares {
		count += n
	}
	return count + len(b.products)
}

// freedom is how many degrees of freedom they take. A product that was looked for takes three, as by chance it goes well with what is not known of the
// game (as in Friedman 1991, Annals of Statistics 19).
func (b terms) freedom(n int) int {
	if b.searched {
		return b.numbers(n) + 2*len(b.products)
	}
	return b.numbers(n)
}

// fits are those that there are equations enough for, from the fewest numbers to the most.
func (k *kernelFit) fits() []terms {
	list := []terms{{}}
	enough := func(t terms) bool { return k.answered >= 2*t.numbers(k.n) }
	common, squares := terms{common: true}, terms{common: true, squares: true}
	if enough(common) {
		list = append(list, common)
	}
	if enough(squares) {
		list = append(list, squares)
		if few := k.interactions(squares); few.products != nil {
			list = append(list, few)
		}
	}
	// All interactions of three (as Fumagalli, Witter and Musco 2026, arXiv 2601.18608, fit them): less what is common, their sum is 0, so one is left out.
	if k.n > 3 && k.n < 64 {
		if triples := (terms{common: true, products: productsOf(k.n, 3)[1:]}); enough(triples) {
			list = append(list, triples)
		}
	}
	return list
}
