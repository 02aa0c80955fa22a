import { ascii, startsWith } from '@gradus/datasets/internals'

/** A kind of file that is not read. */
export interface UnreadKind {
  /** What it is. */
  readonly title: string
  readonly extensions: readonly string[]
  matches(start: Uint8Array): boolean
  /** What to do instead. */
  readonly remedy: string
  /** Whether it is an archive of files, of which one may be a table. */
  readonly holdsFiles?: boolean
}

const magic =
  (...bytes: readonly number[]) =>
  (start: Uint8Array) =>
    startsWith(start, bytes)
const text = (pattern: RegExp) => (start: Uint8Array) => pattern.test(ascii(start.subarray(0, 1000)))
const zipWith = (pattern: RegExp) => (start: Uint8Array) => magic(0x50, 0x4b, 3, 4)(start) && text(pattern)(start)
const never = () => false

const asCsv = 'Save it as CSV'

/** The kinds of files that are not read, the most special ones first. */
export const unreadKinds = (): readonly UnreadKind[] => [
  {
    title: 'an Excel workbook',
    extensions: ['.xlsx', '.xlsm', '.xlsb'],
    matches: zipWith(/\[Content_Types\]\.xml|xl\/|_rels\//),
    remedy: 'Open it in Excel or LibreOffice and save the sheet as CSV (File, Save As)',
  },
  {
    title: 'an OpenDocument spreadsheet',
    extensions: ['.ods'],
    matches: zipWith(/mimetypeapplication\/vnd\.oasis/),
    remedy: 'Open it in LibreOffice and save the sheet as CSV (File, Save As)',
  },
  {
    title: 'an old Excel workbook',
    extensions: ['.xls'],
    matches: magic(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
    remedy: 'Open it in Excel or LibreOffice and save the sheet as CSV (File, Save As)',
  },
  {
    title: 'an Arrow or Feather file',
    extensions: ['.arrow', '.feather', '.ipc', '.arrows'],
    matches: (start) => text(/^(?:ARROW1|FEA1)/)(start) || startsWith(start, [0xff, 0xff, 0xff, 0xff]),
    remedy: "Save it as Parquet or CSV: in Python pandas.read_feather(path).to_parquet('table.parquet')",
  },
  {
    title: 'a SQLite database',
    extensions: ['.sqlite', '.sqlite3', '.db'],
    matches: text(/^SQLite format 3\0/),
    remedy: "Write the table as CSV: sqlite3 -header -csv FILE 'select * from TABLE' > table.csv",
  },
  {
    title: 'a DuckDB database',
    extensions: ['.duckdb'],
    matches: (start) => text(/^[\s\S]{8}DUCK/)(start),
    remedy: "Write the table as Parquet: copy TABLE to 'table.parquet'",
  },
  {
    title: 'a PDF document',
    extensions: ['.pdf'],
    matches: text(/^%PDF-/),
    remedy: 'Copy its table into a spreadsheet and save that as CSV',
  },
  {
    title: 'a pickle of Python',
    extensions: ['.pkl', '.pickle', '.joblib'],
    matches: (start) => start[0] === 0x80 && start[1]! >= 2 && start[1]! <= 5 && !startsWith(start, [0x80, 2, 0x7d]),
    remedy:
      "It may run code when it is loaded. Load it in Python where you trust it, and save it as CSV: pandas.read_pickle(path).to_csv('table.csv', index=False)",
  },
  {
    title: 'an HDF5 file',
    extensions: ['.h5', '.hdf5', '.hdf'],
    matches: magic(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a),
    remedy: 'Save its table as Parquet or CSV, or its arrays as .npz',
  },
  {
    title: 'a MATLAB file',
    extensions: ['.mat'],
    matches: text(/^MATLAB 5\.0/),
    remedy: "Save its arrays as .npz: numpy.savez('data.npz', **scipy.io.loadmat(path))",
  },
  { title: 'an ORC file', extensions: ['.orc'], matches: text(/^ORC/), remedy: 'Save it as Parquet or CSV' },
  {
    title: 'an Avro file',
    extensions: ['.avro'],
    matches: magic(0x4f, 0x62, 0x6a, 1),
    remedy: 'Save it as Parquet or JSONL',
  },
  {
    title: 'a TFRecord file',
    extensions: ['.tfrecord', '.tfrecords'],
    matches: never,
    remedy: 'Save its examples as JSONL, or its arrays as .npz',
  },
  { title: 'a Stata file', extensions: ['.dta'], matches: text(/^<stata_dta>/), remedy: asCsv },
  { title: 'an SPSS file', extensions: ['.sav'], matches: text(/^\$FL2/), remedy: asCsv },
  { title: 'a SAS file', extensions: ['.sas7bdat', '.xpt'], matches: never, remedy: asCsv },
  {
    title: 'an R data file',
    extensions: ['.rds', '.rdata', '.rda'],
    matches: text(/^RD[AX][23]\n/),
    remedy: "In R write it as CSV: write.csv(x, 'table.csv', row.names = FALSE)",
  },
  {
    title: 'an ARFF file',
    extensions: ['.arff'],
    matches: text(/^(?:\s|%[^\n]*\n)*@relation\b/i),
    remedy: 'Save it as CSV: in Python pandas.DataFrame(scipy.io.arff.loadarff(path)[0])',
  },
  {
    title: 'a libsvm file',
    extensions: ['.libsvm', '.svmlight'],
    matches: never,
    remedy: 'Save it as CSV or .npz: sklearn.datasets.load_svmlight_file(path)',
  },
  {
    title: 'an XML file',
    extensions: ['.xml'],
    matches: text(/^(?:\xef\xbb\xbf)?\s*<\?xml/),
    remedy: 'Save its rows as CSV or JSONL',
  },
  { title: 'a YAML file', extensions: ['.yaml', '.yml'], matches: never, remedy: 'Save its rows as JSON or JSONL' },
  {
    title: 'a tar archive',
    extensions: ['.tar', '.tgz'],
    matches: text(/^[\s\S]{257}ustar/),
    remedy: 'Unpack it, and give one of its files: tar -xf FILE',
  },
  {
    title: 'a zip archive',
    extensions: ['.zip'],
    matches: magic(0x50, 0x4b, 3, 4),
    holdsFiles: true,
    remedy: 'It holds no table by the names of its files. Unpack it, and give one of them',
  },
  {
    title: 'a file compressed by bzip2',
    extensions: ['.bz2'],
    matches: text(/^BZh[1-9]1AY/),
    remedy: 'Unpack it: bunzip2 FILE',
  },
  {
    title: 'a file compressed by xz',
    extensions: ['.xz'],
    matches: magic(0xfd, 0x37, 0x7a, 0x58, 0x5a),
    remedy: 'Unpack it: unxz FILE',
  },
  {
    title: 'a file compressed by Zstandard',
    extensions: ['.zst'],
    matches: magic(0x28, 0xb5, 0x2f, 0xfd),
    remedy: 'Unpack it: unzstd FILE',
  },
  {
    title: 'a 7-Zip archive',
    extensions: ['.7z'],
    matches: magic(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c),
    remedy: 'Unpack it, and give one of its files',
  },
  {
    title: 'a RAR archive',
    extensions: ['.rar'],
    matches: text(/^Rar!/),
    remedy: 'Unpack it, and give one of its files',
  },
  {
    title: 'an image',
    extensions: ['.png', '.jpg', '.jpeg', '.gif', '.bmp', '.webp'],
    matches: text(/^(?:\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|RIFF[\s\S]{4}WEBP)/),
    remedy: 'Give the folder of images, with a folder in it for each class, or a table with a column of paths',
  },
  {
    title: 'a sound',
    extensions: ['.wav', '.mp3', '.flac', '.ogg'],
    matches: text(/^(?:RIFF[\s\S]{4}WAVE|ID3|fLaC|OggS)/),
    remedy: 'Give a table with a column of numbers for each feature',
  },
  {
    title: 'a safetensors file',
    extensions: ['.safetensors'],
    matches: text(/^[\s\S]{6}\0\0\{"/),
    remedy: 'It holds the weights of a model. Give a table of rows',
  },
  {
    title: 'a model of Keras',
    extensions: ['.keras'],
    matches: never,
    remedy: 'It holds a model. Give a table of rows',
  },
]
