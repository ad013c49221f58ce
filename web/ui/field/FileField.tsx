import { useId } from 'react'
import { Labelled } from './Labelled.tsx'

type FileFieldProps = { label: string; accept: string; onFile: (file: File) => void }

/** One file from this computer; the same file can be chosen twice. */
export function FileField({ label, accept, onFile }: FileFieldProps) {
  const id = useId()
  return (
    <Labelled id={id} label={label}>
      <input
        id={id}
        type="file"
        accept={accept}
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file) onFile(file)
          target.value = ''
        }}
      />
    </Labelled>
  )
}
