import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listBookingRefusals } from '../../../contract/booking.ts'
import { useCall } from '../../query.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'

const few = 20
const many = 200
const columns = ['at', 'kindLabel', 'scopeLabel', 'address', 'phone', 'n'] as const

/** Limits of web booking that were hit, for whoever looks after schedules. */
export function RefusalsPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const [limit, setLimit] = useState(few)
  const refusals = useCall(listBookingRefusals, { query: { limit } })
  return (
    <Dialog title={t('appointments.refusals.title')} size="large" onClose={onClose}>
      <div className="stack">
        <p className="secondary">{t('appointments.refusals.hint')}</p>
        {!refusals.data ? (
          <Unloaded query={refusals} />
        ) : refusals.data.items.length === 0 ? (
          <p>{t('appointments.refusals.none')}</p>
        ) : (
          <PlainTable
            label={t('appointments.refusals.title')}
            columns={columns.map((one) => t(`appointments.refusals.${one}`))}
            rows={refusals.data.items.map((one) => [
              <TimeText key="at" at={one.at} show="moment" />,
              t(`appointments.refusals.kind.${one.kind}`),
              t(`appointments.refusals.scope.${one.scope}`),
              one.address,
              one.phone ?? '—',
              one.n,
            ])}
          />
        )}
        {refusals.data?.nextCursor && limit < many && (
          <button type="button" className="plain-button" onClick={() => setLimit(many)}>
            {t('appointments.refusals.more')}
          </button>
        )}
      </div>
    </Dialog>
  )
}
