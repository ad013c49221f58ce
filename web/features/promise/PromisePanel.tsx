import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listPromises } from '../../../contract/promise.ts'
import { useTime } from '../../format/useTime.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { MakePromiseDialog, type PromiseSource } from './MakePromiseDialog.tsx'
import { PromiseActs, PromiseTag } from './PromiseActs.tsx'

type PromisePanelProps = {
  person: { id: number; name: string } | null
  /** What they were made at; left out: all of the person. */
  source?: PromiseSource
  siteId?: number
  toName?: string | null
}

/** What was promised to this person, or at this case. */
export function PromisePanel({ person, source, siteId, toName }: PromisePanelProps) {
  const { t } = useTranslation()
  const time = useTime()
  const me = useMe()
  const [making, setMaking] = useState(false)
  const list = useCall(
    listPromises,
    {
      query: {
        view: 'all',
        sort: '-due',
        limit: 20,
        ...(source ? { sourceKind: source.kind, sourceId: source.id } : { personId: person?.id }),
      },
    },
    { enabled: may(me, 'promise.read') },
  )
  if (!may(me, 'promise.read')) return null
  const items = list.data?.items ?? []
  return (
    <section className="panel" aria-label={t('promises.title')}>
      <div className="panel-head">
        <h2>{t('promises.title')}</h2>
        {may(me, 'promise.write') && <Button onClick={() => setMaking(true)}>{t('promises.make')}</Button>}
      </div>
      {list.isSuccess && items.length === 0 && <p className="secondary small">{t('promises.none')}</p>}
      <ul className="row-list">
        {items.map((one) => (
          <li key={one.id}>
            <div>
              <PromiseTag one={one} /> {one.text}
              <p className="secondary small">
                {[
                  time.moment(one.dueAt),
                  one.ownerName,
                  one.delayReason && t(`promises.delay.${one.delayReason}`),
                  one.endReason,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
            </div>
            <PromiseActs one={one} />
          </li>
        ))}
      </ul>
      {making && (
        <MakePromiseDialog
          person={person}
          toName={toName ?? null}
          siteId={siteId}
          source={source}
          onClose={() => setMaking(false)}
        />
      )}
    </section>
  )
}
