/** A file is not what it claims to be, or holds something that cannot be read here. */
export class FormatError extends Error {
  override name = 'FormatError'
}
