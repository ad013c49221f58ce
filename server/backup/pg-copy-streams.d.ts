// The package has no types of its own, and the registry's describe an older version.
declare module 'pg-copy-streams' {
  import type { Readable, Writable } from 'node:stream'
  import type { Submittable } from 'pg'

  const copyStreams: {
    to: (text: string) => Readable & Submittable
    from: (text: string) => Writable & Submittable & { rowCount: number }
  }
  export default copyStreams
}
