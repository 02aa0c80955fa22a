import type { TableSource } from '../source.ts'

/** The bytes of a table: of a file, or in memory. They can be read several times. */
export interface TableInput {
  /** The name in messages. */
  readonly name: string
  /** The path or the name of the file, by which its format is recognized. */
  readonly path?: string
  /** The number of bytes; NaN where it is known only when all are read. */
  readonly size: number
  /** Reads the bytes from `start` (default 0) to `end` (default all). */
  read(start?: number, end?: number): Promise<Uint8Array>
  /** The bytes in pieces. */
  pieces(): AsyncIterable<Uint8Array>
  /** Of a file in a folder: opens another file of this folder; undefined if there is none. */
  beside?(name: string): Promise<TableInput | undefined>
  /** Of a folder, which has no bytes: the files below it, in the order of their paths. */
  readonly files?: readonly FolderFile[]
}

/** A file below a folder. */
export interface FolderFile {
  /** The path from the folder, with `/`. */
  readonly path: string
  /** The cell of a column of files: the path from the working folder, or in pages an object with `path` and `read()`. */
  readonly cell: string | object
  read(): Promise<Uint8Array>
}

/** How a table is read. What is not given is found out from the first rows. */
export interface TableOptions {
  /** The format: `csv`, `json`, `jsonl`, `parquet`, `npy`, `npz`, `idx`, `text`, `images` or `texts`. By default the extension and the first bytes decide. */
  readonly format?: string
  /** Of text: the character between cells, or `whitespace` for runs of spaces. */
  readonly delimiter?: string
  /** Of text: whether the first row has the names of the columns, or these names. */
  readonly header?: boolean | readonly string[]
  /** Of text: the decimal mark of numbers. */
  readonly decimal?: '.' | ','
  /** Of text: the character around cells that hold delimiters; null for none. */
  readonly quote?: string | null
  /** Of text: the encoding, a name that `TextDecoder` knows. */
  readonly encoding?: string
  /** Of text: the character with which lines begin that are skipped; null for none. */
  readonly comment?: string | null
  /** The number of lines that are skipped at the start. */
  readonly skip?: number
  /** The largest number of rows that are read (default all). */
  readonly rows?: number
  /** In a JSON file: the key under which the list of rows lies. In an archive: the member. */
  readonly within?: string
}

/** A format of table files. One file each; `all.ts` has a line for it. */
export interface TableFormat {
  readonly name: string
  /** What files are called in messages: `a Parquet file`. */
  readonly title: string
  /** The endings of file names, with the dot. */
  readonly extensions: readonly string[]
  /** Of a format of folders: the endings of the files in them. */
  readonly folderOf?: readonly string[]
  /** The options that apply, beyond `format` and `rows`. */
  readonly options: readonly (keyof TableOptions)[]
  /** Whether its files are text. */
  readonly isText?: boolean
  /**
   * How surely bytes are a file of this format, from 0 to 1: 1 where they begin with its signature. `start` has the first 4096 at most. A
   * format without it is recognized by the ending alone.
   */
  certainty?(start: Uint8Array): number
  /** Whether bytes are of another format, although the file has an ending of this one. */
  contradicts?(start: Uint8Array): boolean
  /** Opens a file. Throws `DataError` with the place where it is damaged, and `ConfigError` for options that do not fit. */
  open(input: TableInput, options: TableOptions): Promise<TableSource>
}
