import { Button } from 'antd'
import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { PersonDetail } from '../../../contract/person.ts'
import { listPersonPhotos, type PersonPhoto } from '../../../contract/photo.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { useLocalized } from '../task/localized.ts'
import { PhotoProvider, taskPhotos } from '../task/photos.ts'
import { PhotoThumbs } from '../task/PhotoThumbs.tsx'

/** Pictures that the person's answers hold. Each is fetched, and logged, when somebody asks to see them. */
export function PhotoPanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const localized = useLocalized()
  const sees = may(useMe(), 'person.reveal')
  const [shown, setShown] = useState(false)
  const list = useCall(listPersonPhotos, { params: { id: person.id } }, { enabled: sees })
  const items = list.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="panel" aria-label={t('person.photos.title')}>
      <div className="panel-head">
        <h2>{t('person.photos.title')}</h2>
        {!shown && (
          <Button onClick={() => setShown(true)}>{t('person.photos.show', { n: items.length })}</Button>
        )}
      </div>
      <p className="secondary small">{t('person.photos.hint')}</p>
      <ul className="row-list">
        {items.map((one) => (
          <li key={one.key}>
            <div>
              <Link to="/desk/$taskId" params={{ taskId: String(one.taskId) }}>
                {localized(one.question)}
              </Link>
              <p className="secondary small">
                <TimeText at={one.at} show="moment" /> · {t(`person.photos.source.${one.source}`)} ·{' '}
                {one.taskTitle}
              </p>
              {shown && <Shown photo={one} />}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Shown({ photo: { taskId, key, question } }: { photo: PersonPhoto }) {
  const localized = useLocalized()
  const photos = useMemo(() => taskPhotos(taskId), [taskId])
  return (
    <PhotoProvider value={photos}>
      <PhotoThumbs keys={[key]} text={localized(question)} />
    </PhotoProvider>
  )
}
