export { type CsvProblem, type CsvRecord, CsvSplitter, type CsvSyntax, whitespace } from './csv-records.ts'
export { type FileIndex, indexDirectory } from './directory/index-directory.ts'
export { type Directory, type ListedFile, type Listing, listDirectory } from './directory/platform-list.ts'
export { shuffledOrder } from './random-order.ts'
