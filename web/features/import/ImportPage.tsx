import { LinkButton } from '../../ui/LinkButton.tsx'
import './import.css'
import { Link, useParams } from '@tanstack/react-router'
import { App, Button, Progress } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import {
  actOnImport,
  getImport,
  type ImportDetail,
  listImports,
  requiredFields,
} from '../../../contract/import.ts'
import { count } from '../../format/number.ts'
import { useTime } from '../../format/useTime.ts'
import { keyOf, queryClient, useCall } from '../../query.ts'
import { may, useMe } from '../../session.tsx'
import { Unloaded } from '../../ui/Unloaded.tsx'
import { Figure } from '../../ui/Figure.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { StatusTag } from '../../ui/StatusTag.tsx'
import { ErrorList } from './ErrorList.tsx'
import { importTones } from './ImportsPage.tsx'
import { MappingForm } from './MappingForm.tsx'
import { useDo } from '../../ui/useDo.ts'

const running = ['checking', 'importing', 'undoing']
type Act = 'check' | 'run' | 'cancel' | 'undo'

export default function ImportPage() {
  const { t } = useTranslation()
  const { id: text = '' } = useParams({ strict: false })
  const id = Number(text)
  const me = useMe()
  const { modal } = App.useApp()
  const source = useCall(
    getImport,
    { params: { id } },
    { refetchInterval: (query) => (running.includes(query.state.data?.status ?? '') ? 700 : false) },
  )
  const act = useDo(actOnImport, { stale: [getImport] })
  const { data } = source
  const status = data?.status
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: keyOf(listImports) })
  }, [status])
  if (source.isError || !data) return <Unloaded page query={source} />

  const run = (what: Act) => act.mutate({ params: { id, act: what } })
  const undo = () =>
    void modal.confirm({
      title: t('imports.undoTitle'),
      content: t('imports.undoHint'),
      okText: t('imports.undo'),
      okButtonProps: { danger: true },
      onOk: () => run('undo'),
    })
  const missing = requiredFields[data.kind].filter((field) => data.mapping[field] === undefined)
  const open = data.status === 'uploaded' || data.status === 'checked'
  const mayWrite = may(me, 'import.write')

  return (
    <div className="page stack">
      <PageHeader title={data.fileName} extra={<Link to="/imports">{t('imports.back')}</Link>}>
        <p className="secondary small">
          <StatusTag tone={importTones[data.status]}>{t(`imports.statuses.${data.status}`)}</StatusTag>{' '}
          {t(`imports.kinds.${data.kind}`)} · {data.siteName} · {data.createdBy}
        </p>
      </PageHeader>
      <State data={data} />
      {data.status !== 'uploaded' && <Counts data={data} />}
      {mayWrite && (
        <div className="button-line">
          {open && (
            <>
              <Button
                type={data.status === 'uploaded' ? 'primary' : 'default'}
                disabled={missing.length > 0}
                loading={act.isPending}
                title={t('imports.checkHint')}
                onClick={() => run('check')}
              >
                {t('imports.check')}
              </Button>
              <Button
                type={data.status === 'checked' ? 'primary' : 'default'}
                disabled={
                  missing.length > 0 || (data.status === 'checked' && data.created + data.updated === 0)
                }
                loading={act.isPending}
                onClick={() => run('run')}
              >
                {data.status === 'checked'
                  ? t('imports.run', { n: count(data.created + data.updated) })
                  : t('imports.runAll')}
              </Button>
            </>
          )}
          {(data.status === 'checking' || data.status === 'importing') && (
            <Button onClick={() => run('cancel')}>{t('imports.cancel')}</Button>
          )}
          {(data.status === 'imported' ||
            data.status === 'cancelled' ||
            (data.status === 'failed' && data.done > 0)) && (
            <Button danger onClick={undo}>
              {t('imports.undo')}
            </Button>
          )}
          {data.status === 'imported' && data.kind.startsWith('group') && may(me, 'group.read') && (
            <LinkButton to="/groups">{t('imports.openGroups')}</LinkButton>
          )}
          {data.status === 'imported' && data.kind !== 'groups' && may(me, 'person.read') && (
            <LinkButton to="/persons">{t('imports.openPersons')}</LinkButton>
          )}
        </div>
      )}
      {data.failed > 0 && <ErrorList id={id} refresh={`${data.status} ${data.failed}`} />}
      {open && mayWrite && <MappingForm data={data} missing={missing} />}
    </div>
  )
}

function State({ data }: { data: ImportDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  if (running.includes(data.status))
    return (
      <div className="panel" role="status">
        <Progress
          percent={data.rows ? Math.round((100 * data.done) / data.rows) : 0}
          status="active"
          showInfo={data.rows !== null}
        />
        <p>
          {data.rows === null
            ? t('imports.progressUnknown', { done: count(data.done) })
            : t('imports.progress', { done: count(data.done), rows: count(data.rows) })}
        </p>
      </div>
    )
  return (
    <>
      {data.status === 'failed' && (
        <Notice tone="danger" title={t('imports.failedTitle')}>
          {data.reason}
        </Notice>
      )}
      {data.status === 'cancelled' && (
        <Notice
          tone="info"
          title={t('imports.cancelled', { n: count(data.created + data.updated + data.unchanged) })}
        />
      )}
      {data.status === 'undone' && (
        <Notice
          tone="success"
          title={data.kept > 0 ? t('imports.undoneKept', { n: count(data.kept) }) : t('imports.undone')}
        />
      )}
      {data.sameAs && (data.status === 'uploaded' || data.status === 'checked') && (
        <Notice tone="info" title={t('imports.sameAs', { time: time.moment(data.sameAs.createdAt) })} />
      )}
    </>
  )
}

function Counts({ data }: { data: ImportDetail }) {
  const { t } = useTranslation()
  const planned = data.status === 'checking' || data.status === 'checked'
  const figures: [string, number][] = [
    [t(planned ? 'imports.willCreate' : 'imports.created'), data.created],
    [t(planned ? 'imports.willUpdate' : 'imports.updated'), data.updated],
    ...(planned && data.unchanged === 0
      ? []
      : ([[t('imports.unchanged'), data.unchanged]] as [string, number][])),
    [t('imports.failed'), data.failed],
    ...(data.kept > 0 ? ([[t('imports.kept'), data.kept]] as [string, number][]) : []),
  ]
  return (
    <div className="import-figures">
      {figures.map(([label, value]) => (
        <Figure key={label} label={label} value={count(value)} />
      ))}
    </div>
  )
}
