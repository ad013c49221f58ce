import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { endCareMark, listCareMarks, setCareMark } from '../../../contract/care-mark.ts'
import { listCases } from '../../../contract/case.ts'
import type { PersonDetail } from '../../../contract/person.ts'
import { getTimeline } from '../../../contract/timeline.ts'
import { useTime } from '../../format/useTime.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { DateField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { ReasonDialog } from '../../ui/ReasonDialog.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { RegisterDialog } from './RegisterDialog.tsx'
import { CaseTags } from './status.tsx'

const stale = [listCareMarks, getTimeline]

/** Cases of this person, and how to meet somebody with whom it is difficult. */
export function CasePanel({ person }: { person: PersonDetail }) {
  const { t } = useTranslation()
  const code = useCode()
  const shipped = useShipped()
  const time = useTime()
  const me = useMe()
  const reads = may(me, 'case.read')
  const manages = may(me, 'case.manage')
  const [open, setOpen] = useState<'register' | 'mark' | number | null>(null)
  const list = useCall(
    listCases,
    { query: { view: 'all', personId: person.id, limit: 20 } },
    { enabled: reads },
  )
  const marks = useCall(listCareMarks, { params: { id: person.id } }, { enabled: reads })
  if (!reads) return null
  const items = list.data?.items ?? []
  const mark = marks.data?.items.find((one) => one.stands)
  const guidance = marks.data?.guidance
  return (
    <section className="panel" aria-label={t('cases.panel')}>
      <div className="panel-head">
        <h2>{t('cases.panel')}</h2>
        {manages && !mark && <Button onClick={() => setOpen('mark')}>{t('cases.mark')}</Button>}
        {may(me, 'case.write') && <Button onClick={() => setOpen('register')}>{t('cases.register')}</Button>}
      </div>
      {mark && (
        <Notice
          tone="warning"
          title={`${t('cases.markTitle')}：${mark.reason}`}
          action={manages && <Button onClick={() => setOpen(mark.id)}>{t('cases.endMark')}</Button>}
        >
          <p className="small">
            {t('cases.markUntilDay', { day: time.day(mark.until) })} · {mark.setByName}
          </p>
          {guidance && (
            <details>
              <summary>{shipped(guidance.title)}</summary>
              <p className="pre-line">{shipped(guidance.body)}</p>
            </details>
          )}
        </Notice>
      )}
      {list.isSuccess && items.length === 0 && <p className="secondary small">{t('cases.panelNone')}</p>}
      <ul className="row-list">
        {items.map((one) => (
          <li key={one.id}>
            <div>
              <Link to="/cases/$id" params={{ id: String(one.id) }}>
                {one.number} {code('caseKind', one.kind)}
              </Link>{' '}
              <CaseTags one={one} />
              <p className="small">{one.description}</p>
              <p className="secondary small">
                {[shipped(one.categoryName), one.ownerName, time.moment(one.openedAt)].join(' · ')}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {open === 'register' && (
        <RegisterDialog person={{ id: person.id, name: person.name }} onClose={() => setOpen(null)} />
      )}
      {open === 'mark' && <MarkDialog id={person.id} onClose={() => setOpen(null)} />}
      {typeof open === 'number' && (
        <ReasonDialog
          contract={endCareMark}
          params={{ id: open }}
          title={t('cases.endMark')}
          okText={t('cases.endMark')}
          label={t('cases.endMarkReason')}
          done={t('cases.markEnded')}
          stale={stale}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  )
}

function MarkDialog({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useTranslation()
  const form = useContractForm(setCareMark, {
    params: { id },
    values: { reason: '', until: '' },
    stale,
    done: t('cases.marked'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('cases.mark')} okText={t('cases.mark')} size="small" form={form} onClose={onClose}>
      <TextField label={t('cases.markReason')} {...form.text('reason')} />
      <DateField label={t('cases.markUntil')} {...form.text('until')} />
    </FormDialog>
  )
}
