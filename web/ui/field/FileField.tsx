import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { Labelled } from './Labelled.tsx'

type FileFieldProps = { label: string; accept: string; onFile: (file: File) => void }

/** One file from this computer; the same file can be chosen twice. The browser's own button would speak the browser's language. */
export function FileField({ label, accept, onFile }: FileFieldProps) {
  const { t } = useTranslation()
  const id = useId()
  return (
    <Labelled id={id} label={label}>
      <label className="soft-button file-choice">
        {t('common.chooseFile')}
        <input
          id={id}
          className="visually-hidden"
          type="file"
          accept={accept}
          onChange={({ target }) => {
            const [file] = target.files ?? []
            if (file) onFile(file)
            target.value = ''
          }}
        />
      </label>
    </Labelled>
  )
}
