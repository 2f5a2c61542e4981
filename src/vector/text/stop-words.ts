/** Words that say too little to search for, by language: articles, pronouns, prepositions. */

const LISTS: Readonly<Record<string, string>> = {
  // The list of Lucene's EnglishAnalyzer.
  english:
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with",
  german:
    "der die das den dem des ein eine einer eines einem einen und oder aber ist sind war waren wird werden hat haben nicht auch als am an auf aus bei bis durch für im in mit nach von vom vor zu zum zur über unter er sie es wir ihr ich sich so wie was dass daß wenn noch nur",
  french:
    "le la les un une des du de d l et ou mais est sont était il elle ils elles on nous vous je tu ce cet cette ces que qui quoi dont où à au aux en dans par pour sur sous avec sans ne pas plus se sa son ses leur leurs y",
  spanish:
    "el la los las un una unos unas de del y o pero es son fue era en a al por para con sin sobre que quien se su sus lo le les no más como este esta estos estas ese esa yo tú él ella",
  italian:
    "il lo la i gli le un uno una di del della dei delle e o ma è sono era in a al alla da dal dalla con per su tra fra che chi si non più come questo questa io tu lui lei noi voi loro",
  portuguese:
    "o a os as um uma uns umas de do da dos das e ou mas é são era em no na nos nas por para com sem sobre que quem se seu sua não mais como este esta eu tu ele ela nós",
  dutch:
    "de het een en of maar is zijn was waren in op aan van voor met door bij naar uit te tot om over onder ik jij hij zij wij ze er dat die dit deze niet ook als dan",
};

/** The stop words of a language; none for languages without a list. */
export function stopWordsOf(language: string): ReadonlySet<string> {
  return new Set(LISTS[language]?.split(" ") ?? []);
}
