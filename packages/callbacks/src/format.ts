// Numbers and file names in the format of Keras, for callbacks and the command line.
export * from './file-name.ts'
export * from './python-format.ts'
