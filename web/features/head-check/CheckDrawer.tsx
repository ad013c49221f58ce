import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  getHeadCheckSample,
  type HeadCheckLine,
  headCheckVerdict,
  listHeadChecks,
  saveHeadCheck,
} from '../../../contract/head-check.ts'
import { monthPeriod } from '../../../contract/month.ts'
import { useCode } from '../../i18n/useCode.ts'
import { useCall } from '../../query.ts'
import { AreaField } from '../../ui/fields.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { TimeText } from '../../ui/TimeText.tsx'
import { type FigureName, show } from '../figure/measures.ts'
import type { FigureScope } from '../figure/period.ts'
import { RowsLink } from '../figure/RowsLink.tsx'
import { useDo } from '../../ui/useDo.ts'
import { SidePanel } from '../../ui/Dialog.tsx'

const shown = [
  'discharged',
  'followed',
  'coverage',
  'proven',
  'stated',
  'timeliness',
  'unreached',
  'refused',
  'overdue',
] as const satisfies readonly FigureName[]

type CheckDrawerProps = { line: HeadCheckLine; month: string; onClose: () => void }

/** One doctor's month: figures that open their rows, some results to read, and the head's finding. */
export function CheckDrawer({ line, month, onClose }: CheckDrawerProps) {
  const { t } = useTranslation()
  const code = useCode()
  const { staffId, departmentId, counts, check, abilities } = line
  const [verdict, setVerdict] = useState(check?.verdict ?? 'satisfactory')
  const [remark, setRemark] = useState(check?.remark ?? '')
  const sample = useCall(getHeadCheckSample, { query: { month, staffId, departmentId } })
  const save = useDo(saveHeadCheck, {
    done: t('headChecks.saved'),
    stale: [listHeadChecks],
    onDone: () => {
      onClose()
    },
  })
  const scope: FigureScope = {
    preset: 'custom',
    query: {
      ...monthPeriod(month),
      level: 1,
      departmentId,
      attendingStaffId: staffId,
      by: 'department',
      compare: 'before',
    },
  }
  return (
    <SidePanel
      title={t('headChecks.of', { name: line.staffName, month })}
      onClose={onClose}
      footer={
        abilities.check && (
          <Button
            type="primary"
            loading={save.isPending}
            disabled={verdict === 'needs-work' && remark.trim().length < 2}
            onClick={() => save.mutate({ body: { month, staffId, departmentId, verdict, remark } })}
          >
            {t('common.save')}
          </Button>
        )
      }
    >
      <div className="stack">
        <dl className="facts">
          {shown.map((name) => (
            <div key={name}>
              <dt>{t(`figures.name.${name}`)}</dt>
              <dd>
                <RowsLink scope={scope} at={{ name }}>
                  {show(counts, name)}
                </RowsLink>
              </dd>
            </div>
          ))}
        </dl>
        <section aria-label={t('headChecks.sample')}>
          <h2>{t('headChecks.sample')}</h2>
          <p className="secondary small">{t('headChecks.sampleHint')}</p>
          {sample.isError ? (
            <ErrorState error={sample.error} onRetry={() => void sample.refetch()} />
          ) : (
            <ul className="row-list">
              {(sample.data?.items ?? []).map((one) => (
                <li key={one.taskId}>
                  <div>
                    <Link to="/desk/$taskId" params={{ taskId: String(one.taskId) }}>
                      {one.personName}
                    </Link>
                    <p className="secondary small">
                      {[
                        code('outcome', one.outcome),
                        one.proof && code('evidence', one.proof),
                        one.conditionText,
                        t('headChecks.attempts', { n: one.attempts }),
                        one.durationSeconds === null
                          ? null
                          : t('headChecks.seconds', { n: one.durationSeconds }),
                      ]
                        .filter(Boolean)
                        .join(' · ')}{' '}
                      · <TimeText at={one.completedAt} show="moment" />
                    </p>
                    {one.note && <p className="small">{one.note}</p>}
                  </div>
                </li>
              ))}
              {sample.data?.items.length === 0 && <li className="secondary">{t('headChecks.noSample')}</li>}
            </ul>
          )}
        </section>
        {abilities.check ? (
          <>
            <div className="tag-line" role="group" aria-label={t('headChecks.verdict')}>
              {headCheckVerdict.options.map((one) => (
                <button
                  key={one}
                  type="button"
                  className="chip"
                  aria-pressed={one === verdict}
                  onClick={() => setVerdict(one)}
                >
                  {code('headCheckVerdict', one)}
                </button>
              ))}
            </div>
            <AreaField
              label={t('headChecks.remark')}
              hint={t('headChecks.remarkHint')}
              value={remark}
              maxLength={1000}
              onChange={setRemark}
            />
          </>
        ) : (
          check && (
            <p>
              <strong>{code('headCheckVerdict', check.verdict)}</strong> {check.remark}
            </p>
          )
        )}
      </div>
    </SidePanel>
  )
}
