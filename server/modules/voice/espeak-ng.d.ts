declare module 'espeak-ng' {
  /** Runs eSpeak NG's command with these arguments on a file system in memory. */
  export default function create(options: {
    arguments: string[]
  }): Promise<{ FS: { readFile: (path: string) => Uint8Array } }>
}
