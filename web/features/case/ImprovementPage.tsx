import { useNavigate, useParams } from '@tanstack/react-router'
import { Button } from 'antd'
import { useCallback, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  changeImprovement,
  getImprovement,
  type ImprovementDetail,
  listImprovements,
  previewTelling,
  tellImprovement,
} from '../../../contract/improvement.ts'
import { call } from '../../api.ts'
import { StaffPick } from '../../app/StaffPick.tsx'
import { nothing } from '../../format/number.ts'
import { isoDay } from '../../format/time.ts'
import { useTime } from '../../format/useTime.ts'
import { useShipped } from '../../i18n/useShipped.ts'
import { useCall } from '../../query.ts'
import type { Palette } from '../../theme/tokens.ts'
import { Chart } from '../../ui/Chart.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Fact } from '../../ui/Fact.tsx'
import { AreaField, DateField, TextField } from '../../ui/fields.ts'
import { FormDialog } from '../../ui/FormDialog.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { PlainTable } from '../../ui/PlainTable.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { useContractForm } from '../../ui/useContractForm.ts'
import { useDo } from '../../ui/useDo.ts'
import './case.css'
import { improvementTones } from './ImprovementsPage.tsx'
import { WhysField } from './WhysField.tsx'

const stale = [getImprovement, listImprovements]

/** One change of process: why, what, by whom, and what it did. */
export default function ImprovementPage() {
  const { t } = useTranslation()
  const { id } = useParams({ strict: false })
  const [open, setOpen] = useState<'edit' | 'done' | 'tell' | null>(null)
  const query = useCall(getImprovement, { params: { id: Number(id) } })
  if (query.isError || query.isPending) return <Unloaded page query={query} height={360} />
  const one = query.data
  const { write, tell } = one.abilities
  const close = () => setOpen(null)
  return (
    <div className="page">
      <PageHeader
        title={one.title}
        extra={
          <>
            {write && <Button onClick={() => setOpen('edit')}>{t('improvements.edit')}</Button>}
            {write && one.status === 'planned' && (
              <Button type="primary" onClick={() => setOpen('done')}>
                {t('improvements.markDone')}
              </Button>
            )}
            {tell && (
              <Button type="primary" onClick={() => setOpen('tell')}>
                {t('improvements.tell')}
              </Button>
            )}
          </>
        }
      >
        <span className="tag-line">
          <StatusTag tone={improvementTones[one.status]}>{t(`improvements.status.${one.status}`)}</StatusTag>
          {one.overdue && <StatusTag tone="danger">{t('improvements.late')}</StatusTag>}
        </span>
      </PageHeader>
      <div className="case-columns">
        <div className="case-main">
          <Effect one={one} />
        </div>
        <div className="case-side">
          <Plan one={one} />
        </div>
      </div>
      {open === 'edit' && <EditDialog one={one} onClose={close} />}
      {open === 'done' && <DoneDialog one={one} onClose={close} />}
      {open === 'tell' && <TellAllDialog one={one} onClose={close} />}
    </div>
  )
}

function Plan({ one }: { one: ImprovementDetail }) {
  const { t } = useTranslation()
  const shipped = useShipped()
  const time = useTime()
  const navigate = useNavigate()
  return (
    <section className="panel" aria-label={t('improvements.title')}>
      <dl className="facts">
        <Fact name={t('improvements.category')}>{shipped(one.categoryName)}</Fact>
        <Fact name={t('improvements.department')}>{one.departmentName}</Fact>
        {one.whys.length > 0 && (
          <Fact name={t('improvements.whys')}>
            <ol>
              {one.whys.map((why, at) => (
                <li key={at}>{why}</li>
              ))}
            </ol>
          </Fact>
        )}
        <Fact name={t('improvements.cause')}>{one.cause}</Fact>
        <Fact name={t('improvements.change')}>
          <span className="pre-line">{one.change ?? t('improvements.noChange')}</span>
        </Fact>
        <Fact name={t('improvements.owner')}>{one.ownerName ?? t('improvements.noOwner')}</Fact>
        {one.dueDate && <Fact name={t('improvements.due')}>{time.day(one.dueDate)}</Fact>}
        {one.doneDate && <Fact name={t('improvements.done')}>{time.day(one.doneDate)}</Fact>}
        <Fact name={t('improvements.cases')}>
          <button
            type="button"
            className="plain-button"
            onClick={() =>
              void navigate({ to: '/cases', search: { view: 'all', improvementId: String(one.id) } as never })
            }
          >
            {one.cases}
          </button>
        </Fact>
        {one.toldAt && (
          <Fact name={t('improvements.status.told')}>
            {t('improvements.told', { n: one.toldCount ?? 0 })} · {time.moment(one.toldAt)}
          </Fact>
        )}
      </dl>
    </section>
  )
}

const twoPlaces = (value: number | null) => (value === null ? nothing : value.toFixed(2))

function Effect({ one }: { one: ImprovementDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  const { effect } = one
  const option = useCallback(
    (colours: Palette) => {
      const weeks = effect?.weeks ?? []
      const at = weeks.findLastIndex((week) => week.from <= (one.doneDate ?? ''))
      return {
        grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true },
        xAxis: { type: 'category' as const, data: weeks.map((week) => week.from.slice(5)) },
        yAxis: {
          type: 'value' as const,
          minInterval: 1,
          splitLine: { lineStyle: { color: colours.border } },
        },
        series: [
          {
            type: 'bar' as const,
            data: weeks.map((week) => week.complaints),
            markLine: {
              symbol: 'none',
              label: { formatter: t('improvements.changeLine'), color: colours.text },
              lineStyle: { color: colours.danger, width: 2 },
              data: [{ xAxis: at }],
            },
          },
        ],
      }
    },
    [effect, one.doneDate, t],
  )
  if (!effect)
    return (
      <section className="panel" aria-label={t('improvements.effect')}>
        <h2>{t('improvements.effect')}</h2>
        <p className="secondary">{t('improvements.noEffect')}</p>
      </section>
    )
  const { before, after, per, ratio, low, high } = effect
  const sure = ratio !== null && low !== null && high !== null
  const verdict = !sure ? 'noRatio' : high < 1 ? 'better' : low > 1 ? 'worse' : 'unsure'
  const side = (name: string, { from, to, complaints, visits, rate }: typeof before) => [
    name,
    `${time.day(from)} – ${time.day(to)}`,
    complaints,
    visits,
    twoPlaces(rate),
  ]
  return (
    <>
      <section className="panel" aria-label={t('improvements.effect')}>
        <div className="panel-head">
          <h2>{t('improvements.effect')}</h2>
        </div>
        <Notice
          tone={verdict === 'better' ? 'success' : verdict === 'worse' ? 'danger' : 'info'}
          title={t(`improvements.${verdict}`)}
        >
          {sure && (
            <p>
              {t('improvements.ratio', { ratio: twoPlaces(ratio) })}，
              {t('improvements.interval', { low: twoPlaces(low), high: twoPlaces(high) })}
            </p>
          )}
        </Notice>
        <PlainTable
          label={t('improvements.effect')}
          columns={[
            t('improvements.side'),
            t('improvements.period'),
            t('improvements.complaints'),
            t('improvements.visits'),
            t(per === 'visits' ? 'improvements.rateVisits' : 'improvements.rateDays'),
          ]}
          rows={[side(t('improvements.before'), before), side(t('improvements.after'), after)]}
        />
        <p className="secondary small">{t('improvements.howCounted')}</p>
      </section>
      <Chart
        title={t('improvements.weekly')}
        option={option}
        table={{
          columns: [t('improvements.week'), t('improvements.complaints')],
          rows: effect.weeks.map((week) => [time.day(week.from), week.complaints]),
        }}
      />
    </>
  )
}

type DialogProps = { one: ImprovementDetail; onClose: () => void }
const latest = (id: number) => () => call(getImprovement, { params: { id } })

function EditDialog({ one, onClose }: DialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(changeImprovement, {
    params: { id: one.id },
    values: { ...one, change: one.change ?? '' },
    toBody: ({ whys, doneDate: _, ...values }) => ({
      ...values,
      whys: (whys as string[]).filter((why) => why.trim() !== ''),
    }),
    latest: latest(one.id),
    stale,
    done: t('improvements.saved'),
    onDone: onClose,
  })
  return (
    <FormDialog title={t('improvements.edit')} okText={t('common.save')} form={form} onClose={onClose}>
      <TextField label={t('improvements.name')} {...form.text('title')} />
      <WhysField value={form.values['whys'] as string[]} onChange={(whys) => form.change({ whys })} />
      <TextField label={t('improvements.cause')} {...form.text('cause')} />
      <AreaField label={t('improvements.change')} {...form.text('change')} />
      <div className="fields-auto">
        <StaffPick
          label={t('improvements.owner')}
          {...form.pick('ownerStaffId')}
          name={one.ownerName}
          none={t('improvements.noOwner')}
        />
        <DateField label={t('improvements.due')} {...form.text('dueDate')} />
      </div>
    </FormDialog>
  )
}

function DoneDialog({ one, onClose }: DialogProps) {
  const { t } = useTranslation()
  const form = useContractForm(changeImprovement, {
    params: { id: one.id },
    values: { version: one.version, change: one.change ?? '', doneDate: isoDay(new Date()) },
    latest: latest(one.id),
    stale,
    done: t('improvements.markedDone'),
    onDone: onClose,
    draft: 'done',
  })
  return (
    <FormDialog
      title={t('improvements.markDone')}
      okText={t('improvements.markDone')}
      form={form}
      onClose={onClose}
    >
      <AreaField label={t('improvements.change')} {...form.text('change')} />
      <DateField label={t('improvements.doneDay')} {...form.text('doneDate')} />
    </FormDialog>
  )
}

function TellAllDialog({ one, onClose }: DialogProps) {
  const { t } = useTranslation()
  const preview = useCall(previewTelling, { params: { id: one.id } })
  const tell = useDo(tellImprovement, {
    stale,
    done: (answer) => t('improvements.told', { n: answer.messages + answer.calls }),
    onDone: onClose,
  })
  return (
    <Dialog
      title={t('improvements.tell')}
      size="small"
      onClose={onClose}
      ok={{
        text: t('improvements.tellNow'),
        loading: tell.isPending,
        disabled: !preview.isSuccess,
        onClick: () => tell.mutate({ params: { id: one.id }, body: {} }),
      }}
    >
      {preview.data ? (
        <p>{t('improvements.tellAsk', preview.data)}</p>
      ) : (
        <Unloaded query={preview} height={60} />
      )}
    </Dialog>
  )
}
