// How much each find of the book's search counts, in place of Sphinx's own weights: there, an object of
// the API stands above the chapter that is about it. Sphinx multiplies the weight of a title by the share
// that the words sought have of it, and gives an entry of the glossary 100 times that share.

globalThis.Scorer = {
  title: 100,
  partialTitle: 50,
  term: 5,
  partialTerm: 2,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 0, 1: 0, 2: -5 },
  objPrioDefault: 0,
};
