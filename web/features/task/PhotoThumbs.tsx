import './photo.css'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type PhotoStore, usePhotos } from './photos.ts'

/** The picture as an address that this page alone knows; null while it loads. */
function usePicture(store: PhotoStore, key: string): { url: string | null; failed: boolean } {
  const [state, setState] = useState<{ url: string | null; failed: boolean }>({ url: null, failed: false })
  useEffect(() => {
    let url: string | null = null
    let gone = false
    store.load(key).then(
      (blob) => {
        if (gone) return
        url = URL.createObjectURL(blob)
        setState({ url, failed: false })
      },
      () => {
        if (!gone) setState({ url: null, failed: true })
      },
    )
    return () => {
      gone = true
      if (url) URL.revokeObjectURL(url)
    }
  }, [store, key])
  return state
}

type PhotoThumbsProps = {
  keys: string[]
  /** What the pictures show: the question. */
  text: string
  onRemove?: (key: string) => void
}

/** Small pictures that open large; where they may not be seen, how many there are. */
export function PhotoThumbs({ keys, text, onRemove }: PhotoThumbsProps) {
  const { t } = useTranslation()
  const store = usePhotos()
  if (keys.length === 0) return null
  if (!store) return <>{t('desk.photo.count', { n: keys.length })}</>
  return (
    <ul className="photo-thumbs">
      {keys.map((key, at) => (
        <li key={key}>
          <Thumb store={store} photoKey={key} name={t('desk.photo.open', { n: at + 1, text })} />
          {onRemove && (
            <button type="button" className="photo-button" onClick={() => onRemove(key)}>
              {t('desk.photo.remove')}
              <span className="visually-hidden"> {at + 1}</span>
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

function Thumb({ store, photoKey, name }: { store: PhotoStore; photoKey: string; name: string }) {
  const { t } = useTranslation()
  const { url, failed } = usePicture(store, photoKey)
  const [large, setLarge] = useState(false)
  if (failed) return <p className="photo-thumb is-failed">{t('desk.photo.failed')}</p>
  if (!url)
    return <span className="photo-thumb skeleton" role="status" aria-label={t('desk.photo.loading')} />
  return (
    <>
      <button type="button" className="photo-thumb" aria-label={name} onClick={() => setLarge(true)}>
        <img src={url} alt="" />
      </button>
      {large && <Viewer url={url} name={name} onClose={() => setLarge(false)} />}
    </>
  )
}

function Viewer({ url, name, onClose }: { url: string; name: string; onClose: () => void }) {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className="photo-viewer" aria-label={name} onClose={onClose}>
      <button type="button" className="photo-button" onClick={() => dialog.current?.close()}>
        {t('desk.photo.close')}
      </button>
      <img src={url} alt={name} />
    </dialog>
  )
}
