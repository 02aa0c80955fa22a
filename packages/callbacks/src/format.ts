// Numbers and file names as Keras prints them: what the callbacks and the command line share.
export * from './file-name.ts'
export * from './python-format.ts'
