/**
 * The elements of FHIR R4 (4.0.1) by type: of the supported resources, of Medication, which others contain, and of all data types they use.
 * `type:name,name*` with `*` for a list; choices are spelt out (`valueQuantity`). Transcribed from the StructureDefinitions that HL7
 * publishes (hl7.org/fhir/R4/definitions.json.zip, CC0). Elements of every type, such as `extension`, are in `element.ts`.
 */
export const elements: Readonly<Record<string, string>> = {
  Address: 'code:use,type string:text,line*,city,district,state,postalCode,country Period:period',
  Age: 'decimal:value code:comparator,code string:unit uri:system',
  AllergyIntolerance:
    'Identifier:identifier* CodeableConcept:clinicalStatus,verificationStatus,code code:type,category*,criticality Reference:patient,encounter,recorder,asserter dateTime:onsetDateTime,recordedDate,lastOccurrence Age:onsetAge Period:onsetPeriod Range:onsetRange string:onsetString Annotation:note* AllergyIntolerance.reaction:reaction*',
  'AllergyIntolerance.reaction':
    'CodeableConcept:substance,manifestation*,exposureRoute string:description dateTime:onset code:severity Annotation:note*',
  Annotation: 'Reference:authorReference string:authorString dateTime:time markdown:text',
  Appointment:
    'Identifier:identifier* code:status CodeableConcept:cancelationReason,serviceCategory*,serviceType*,specialty*,appointmentType,reasonCode* Reference:reasonReference*,supportingInformation*,slot*,basedOn* unsignedInt:priority string:description,comment,patientInstruction instant:start,end positiveInt:minutesDuration dateTime:created Appointment.participant:participant* Period:requestedPeriod*',
  'Appointment.participant': 'CodeableConcept:type* Reference:actor code:required,status Period:period',
  Attachment:
    'code:contentType,language base64Binary:data,hash url:url unsignedInt:size string:title dateTime:creation',
  CarePlan:
    'Identifier:identifier* canonical:instantiatesCanonical* uri:instantiatesUri* Reference:basedOn*,replaces*,partOf*,subject,encounter,author,contributor*,careTeam*,addresses*,supportingInfo*,goal* code:status,intent CodeableConcept:category* string:title,description Period:period dateTime:created CarePlan.activity:activity* Annotation:note*',
  'CarePlan.activity':
    'CodeableConcept:outcomeCodeableConcept* Reference:outcomeReference*,reference Annotation:progress* CarePlan.activity.detail:detail',
  'CarePlan.activity.detail':
    'code:kind,status canonical:instantiatesCanonical* uri:instantiatesUri* CodeableConcept:code,reasonCode*,statusReason,productCodeableConcept Reference:reasonReference*,goal*,location,performer*,productReference boolean:doNotPerform Timing:scheduledTiming Period:scheduledPeriod string:scheduledString,description Quantity:dailyAmount,quantity',
  CareTeam:
    'Identifier:identifier* code:status CodeableConcept:category*,reasonCode* string:name Reference:subject,encounter,reasonReference*,managingOrganization* Period:period CareTeam.participant:participant* ContactPoint:telecom* Annotation:note*',
  'CareTeam.participant': 'CodeableConcept:role* Reference:member,onBehalfOf Period:period',
  Claim:
    'Identifier:identifier* code:status,use CodeableConcept:type,subType,priority,fundsReserve Reference:patient,enterer,insurer,provider,prescription,originalPrescription,referral,facility Period:billablePeriod dateTime:created Claim.related:related* Claim.payee:payee Claim.careTeam:careTeam* Claim.supportingInfo:supportingInfo* Claim.diagnosis:diagnosis* Claim.procedure:procedure* Claim.insurance:insurance* Claim.accident:accident Claim.item:item* Money:total',
  'Claim.accident': 'date:date CodeableConcept:type Address:locationAddress Reference:locationReference',
  'Claim.careTeam':
    'positiveInt:sequence Reference:provider boolean:responsible CodeableConcept:role,qualification',
  'Claim.diagnosis':
    'positiveInt:sequence CodeableConcept:diagnosisCodeableConcept,type*,onAdmission,packageCode Reference:diagnosisReference',
  'Claim.insurance':
    'positiveInt:sequence boolean:focal Identifier:identifier Reference:coverage,claimResponse string:businessArrangement,preAuthRef*',
  'Claim.item':
    'positiveInt:sequence,careTeamSequence*,diagnosisSequence*,procedureSequence*,informationSequence* CodeableConcept:revenue,category,productOrService,modifier*,programCode*,locationCodeableConcept,bodySite,subSite* date:servicedDate Period:servicedPeriod Address:locationAddress Reference:locationReference,udi*,encounter* Quantity:quantity Money:unitPrice,net decimal:factor Claim.item.detail:detail*',
  'Claim.item.detail':
    'positiveInt:sequence CodeableConcept:revenue,category,productOrService,modifier*,programCode* Quantity:quantity Money:unitPrice,net decimal:factor Reference:udi* Claim.item.detail.subDetail:subDetail*',
  'Claim.item.detail.subDetail':
    'positiveInt:sequence CodeableConcept:revenue,category,productOrService,modifier*,programCode* Quantity:quantity Money:unitPrice,net decimal:factor Reference:udi*',
  'Claim.payee': 'CodeableConcept:type Reference:party',
  'Claim.procedure':
    'positiveInt:sequence CodeableConcept:type*,procedureCodeableConcept dateTime:date Reference:procedureReference,udi*',
  'Claim.related': 'Reference:claim CodeableConcept:relationship Identifier:reference',
  'Claim.supportingInfo':
    'positiveInt:sequence CodeableConcept:category,code,reason date:timingDate Period:timingPeriod boolean:valueBoolean string:valueString Quantity:valueQuantity Attachment:valueAttachment Reference:valueReference',
  CodeableConcept: 'Coding:coding* string:text',
  Coding: 'uri:system string:version,display code:code boolean:userSelected',
  Condition:
    'Identifier:identifier* CodeableConcept:clinicalStatus,verificationStatus,category*,severity,code,bodySite* Reference:subject,encounter,recorder,asserter dateTime:onsetDateTime,abatementDateTime,recordedDate Age:onsetAge,abatementAge Period:onsetPeriod,abatementPeriod Range:onsetRange,abatementRange string:onsetString,abatementString Condition.stage:stage* Condition.evidence:evidence* Annotation:note*',
  'Condition.evidence': 'CodeableConcept:code* Reference:detail*',
  'Condition.stage': 'CodeableConcept:summary,type Reference:assessment*',
  ContactDetail: 'string:name ContactPoint:telecom*',
  ContactPoint: 'code:system,use string:value positiveInt:rank Period:period',
  Contributor: 'code:type string:name ContactDetail:contact*',
  Count: 'decimal:value code:comparator,code string:unit uri:system',
  DataRequirement:
    'code:type canonical:profile* CodeableConcept:subjectCodeableConcept Reference:subjectReference string:mustSupport* DataRequirement.codeFilter:codeFilter* DataRequirement.dateFilter:dateFilter* positiveInt:limit DataRequirement.sort:sort*',
  'DataRequirement.codeFilter': 'string:path,searchParam canonical:valueSet Coding:code*',
  'DataRequirement.dateFilter':
    'string:path,searchParam dateTime:valueDateTime Period:valuePeriod Duration:valueDuration',
  'DataRequirement.sort': 'string:path code:direction',
  Device:
    'Identifier:identifier* Reference:definition,patient,owner,location,parent Device.udiCarrier:udiCarrier* code:status CodeableConcept:statusReason*,type,safety* string:distinctIdentifier,manufacturer,lotNumber,serialNumber,modelNumber,partNumber dateTime:manufactureDate,expirationDate Device.deviceName:deviceName* Device.specialization:specialization* Device.version:version* Device.property:property* ContactPoint:contact* uri:url Annotation:note*',
  'Device.deviceName': 'string:name code:type',
  'Device.property': 'CodeableConcept:type,valueCode* Quantity:valueQuantity*',
  'Device.specialization': 'CodeableConcept:systemType string:version',
  'Device.udiCarrier':
    'string:deviceIdentifier,carrierHRF uri:issuer,jurisdiction base64Binary:carrierAIDC code:entryType',
  'Device.version': 'CodeableConcept:type Identifier:component string:value',
  DiagnosticReport:
    'Identifier:identifier* Reference:basedOn*,subject,encounter,performer*,resultsInterpreter*,specimen*,result*,imagingStudy* code:status CodeableConcept:category*,code,conclusionCode* dateTime:effectiveDateTime Period:effectivePeriod instant:issued DiagnosticReport.media:media* string:conclusion Attachment:presentedForm*',
  'DiagnosticReport.media': 'string:comment Reference:link',
  Distance: 'decimal:value code:comparator,code string:unit uri:system',
  DocumentReference:
    'Identifier:masterIdentifier,identifier* code:status,docStatus CodeableConcept:type,category*,securityLabel* Reference:subject,author*,authenticator,custodian instant:date DocumentReference.relatesTo:relatesTo* string:description DocumentReference.content:content* DocumentReference.context:context',
  'DocumentReference.content': 'Attachment:attachment Coding:format',
  'DocumentReference.context':
    'Reference:encounter*,sourcePatientInfo,related* CodeableConcept:event*,facilityType,practiceSetting Period:period',
  'DocumentReference.relatesTo': 'code:code Reference:target',
  Dosage:
    'integer:sequence string:text,patientInstruction CodeableConcept:additionalInstruction*,asNeededCodeableConcept,site,route,method Timing:timing boolean:asNeededBoolean Dosage.doseAndRate:doseAndRate* Ratio:maxDosePerPeriod Quantity:maxDosePerAdministration,maxDosePerLifetime',
  'Dosage.doseAndRate':
    'CodeableConcept:type Range:doseRange,rateRange Quantity:doseQuantity,rateQuantity Ratio:rateRatio',
  Duration: 'decimal:value code:comparator,code string:unit uri:system',
  Encounter:
    'Identifier:identifier* code:status Encounter.statusHistory:statusHistory* Coding:class Encounter.classHistory:classHistory* CodeableConcept:type*,serviceType,priority,reasonCode* Reference:subject,episodeOfCare*,basedOn*,appointment*,reasonReference*,account*,serviceProvider,partOf Encounter.participant:participant* Period:period Duration:length Encounter.diagnosis:diagnosis* Encounter.hospitalization:hospitalization Encounter.location:location*',
  'Encounter.classHistory': 'Coding:class Period:period',
  'Encounter.diagnosis': 'Reference:condition CodeableConcept:use positiveInt:rank',
  'Encounter.hospitalization':
    'Identifier:preAdmissionIdentifier Reference:origin,destination CodeableConcept:admitSource,reAdmission,dietPreference*,specialCourtesy*,specialArrangement*,dischargeDisposition',
  'Encounter.location': 'Reference:location code:status CodeableConcept:physicalType Period:period',
  'Encounter.participant': 'CodeableConcept:type* Period:period Reference:individual',
  'Encounter.statusHistory': 'code:status Period:period',
  ExplanationOfBenefit:
    'Identifier:identifier* code:status,use,outcome CodeableConcept:type,subType,priority,fundsReserveRequested,fundsReserve,formCode Reference:patient,enterer,insurer,provider,prescription,originalPrescription,referral,facility,claim,claimResponse Period:billablePeriod,preAuthRefPeriod*,benefitPeriod dateTime:created ExplanationOfBenefit.related:related* ExplanationOfBenefit.payee:payee string:disposition,preAuthRef* ExplanationOfBenefit.careTeam:careTeam* ExplanationOfBenefit.supportingInfo:supportingInfo* ExplanationOfBenefit.diagnosis:diagnosis* ExplanationOfBenefit.procedure:procedure* positiveInt:precedence ExplanationOfBenefit.insurance:insurance* ExplanationOfBenefit.accident:accident ExplanationOfBenefit.item:item* ExplanationOfBenefit.addItem:addItem* ExplanationOfBenefit.item.adjudication:adjudication* ExplanationOfBenefit.total:total* ExplanationOfBenefit.payment:payment Attachment:form ExplanationOfBenefit.processNote:processNote* ExplanationOfBenefit.benefitBalance:benefitBalance*',
  'ExplanationOfBenefit.accident':
    'date:date CodeableConcept:type Address:locationAddress Reference:locationReference',
  'ExplanationOfBenefit.addItem':
    'positiveInt:itemSequence*,detailSequence*,subDetailSequence*,noteNumber* Reference:provider*,locationReference CodeableConcept:productOrService,modifier*,programCode*,locationCodeableConcept,bodySite,subSite* date:servicedDate Period:servicedPeriod Address:locationAddress Quantity:quantity Money:unitPrice,net decimal:factor ExplanationOfBenefit.item.adjudication:adjudication* ExplanationOfBenefit.addItem.detail:detail*',
  'ExplanationOfBenefit.addItem.detail':
    'CodeableConcept:productOrService,modifier* Quantity:quantity Money:unitPrice,net decimal:factor positiveInt:noteNumber* ExplanationOfBenefit.item.adjudication:adjudication* ExplanationOfBenefit.addItem.detail.subDetail:subDetail*',
  'ExplanationOfBenefit.addItem.detail.subDetail':
    'CodeableConcept:productOrService,modifier* Quantity:quantity Money:unitPrice,net decimal:factor positiveInt:noteNumber* ExplanationOfBenefit.item.adjudication:adjudication*',
  'ExplanationOfBenefit.benefitBalance':
    'CodeableConcept:category,network,unit,term boolean:excluded string:name,description ExplanationOfBenefit.benefitBalance.financial:financial*',
  'ExplanationOfBenefit.benefitBalance.financial':
    'CodeableConcept:type unsignedInt:allowedUnsignedInt,usedUnsignedInt string:allowedString Money:allowedMoney,usedMoney',
  'ExplanationOfBenefit.careTeam':
    'positiveInt:sequence Reference:provider boolean:responsible CodeableConcept:role,qualification',
  'ExplanationOfBenefit.diagnosis':
    'positiveInt:sequence CodeableConcept:diagnosisCodeableConcept,type*,onAdmission,packageCode Reference:diagnosisReference',
  'ExplanationOfBenefit.insurance': 'boolean:focal Reference:coverage string:preAuthRef*',
  'ExplanationOfBenefit.item':
    'positiveInt:sequence,careTeamSequence*,diagnosisSequence*,procedureSequence*,informationSequence*,noteNumber* CodeableConcept:revenue,category,productOrService,modifier*,programCode*,locationCodeableConcept,bodySite,subSite* date:servicedDate Period:servicedPeriod Address:locationAddress Reference:locationReference,udi*,encounter* Quantity:quantity Money:unitPrice,net decimal:factor ExplanationOfBenefit.item.adjudication:adjudication* ExplanationOfBenefit.item.detail:detail*',
  'ExplanationOfBenefit.item.adjudication': 'CodeableConcept:category,reason Money:amount decimal:value',
  'ExplanationOfBenefit.item.detail':
    'positiveInt:sequence,noteNumber* CodeableConcept:revenue,category,productOrService,modifier*,programCode* Quantity:quantity Money:unitPrice,net decimal:factor Reference:udi* ExplanationOfBenefit.item.adjudication:adjudication* ExplanationOfBenefit.item.detail.subDetail:subDetail*',
  'ExplanationOfBenefit.item.detail.subDetail':
    'positiveInt:sequence,noteNumber* CodeableConcept:revenue,category,productOrService,modifier*,programCode* Quantity:quantity Money:unitPrice,net decimal:factor Reference:udi* ExplanationOfBenefit.item.adjudication:adjudication*',
  'ExplanationOfBenefit.payee': 'CodeableConcept:type Reference:party',
  'ExplanationOfBenefit.payment':
    'CodeableConcept:type,adjustmentReason Money:adjustment,amount date:date Identifier:identifier',
  'ExplanationOfBenefit.procedure':
    'positiveInt:sequence CodeableConcept:type*,procedureCodeableConcept dateTime:date Reference:procedureReference,udi*',
  'ExplanationOfBenefit.processNote': 'positiveInt:number code:type string:text CodeableConcept:language',
  'ExplanationOfBenefit.related': 'Reference:claim CodeableConcept:relationship Identifier:reference',
  'ExplanationOfBenefit.supportingInfo':
    'positiveInt:sequence CodeableConcept:category,code date:timingDate Period:timingPeriod boolean:valueBoolean string:valueString Quantity:valueQuantity Attachment:valueAttachment Reference:valueReference Coding:reason',
  'ExplanationOfBenefit.total': 'CodeableConcept:category Money:amount',
  Expression: 'string:description,expression id:name code:language uri:reference',
  Extension:
    'uri:url,valueUri base64Binary:valueBase64Binary boolean:valueBoolean canonical:valueCanonical code:valueCode date:valueDate dateTime:valueDateTime decimal:valueDecimal id:valueId instant:valueInstant integer:valueInteger markdown:valueMarkdown oid:valueOid positiveInt:valuePositiveInt string:valueString time:valueTime unsignedInt:valueUnsignedInt url:valueUrl uuid:valueUuid Address:valueAddress Age:valueAge Annotation:valueAnnotation Attachment:valueAttachment CodeableConcept:valueCodeableConcept Coding:valueCoding ContactPoint:valueContactPoint Count:valueCount Distance:valueDistance Duration:valueDuration HumanName:valueHumanName Identifier:valueIdentifier Money:valueMoney Period:valuePeriod Quantity:valueQuantity Range:valueRange Ratio:valueRatio Reference:valueReference SampledData:valueSampledData Signature:valueSignature Timing:valueTiming ContactDetail:valueContactDetail Contributor:valueContributor DataRequirement:valueDataRequirement Expression:valueExpression ParameterDefinition:valueParameterDefinition RelatedArtifact:valueRelatedArtifact TriggerDefinition:valueTriggerDefinition UsageContext:valueUsageContext Dosage:valueDosage Meta:valueMeta',
  Goal: 'Identifier:identifier* code:lifecycleStatus CodeableConcept:achievementStatus,category*,priority,description,startCodeableConcept,outcomeCode* Reference:subject,expressedBy,addresses*,outcomeReference* date:startDate,statusDate Goal.target:target* string:statusReason Annotation:note*',
  'Goal.target':
    'CodeableConcept:measure,detailCodeableConcept Quantity:detailQuantity Range:detailRange string:detailString boolean:detailBoolean integer:detailInteger Ratio:detailRatio date:dueDate Duration:dueDuration',
  HumanName: 'code:use string:text,family,given*,prefix*,suffix* Period:period',
  Identifier: 'code:use CodeableConcept:type uri:system string:value Period:period Reference:assigner',
  ImagingStudy:
    'Identifier:identifier* code:status Coding:modality* Reference:subject,encounter,basedOn*,referrer,interpreter*,endpoint*,procedureReference,location,reasonReference* dateTime:started unsignedInt:numberOfSeries,numberOfInstances CodeableConcept:procedureCode*,reasonCode* Annotation:note* string:description ImagingStudy.series:series*',
  'ImagingStudy.series':
    'id:uid unsignedInt:number,numberOfInstances Coding:modality,bodySite,laterality string:description Reference:endpoint*,specimen* dateTime:started ImagingStudy.series.performer:performer* ImagingStudy.series.instance:instance*',
  'ImagingStudy.series.instance': 'id:uid Coding:sopClass unsignedInt:number string:title',
  'ImagingStudy.series.performer': 'CodeableConcept:function Reference:actor',
  Immunization:
    'Identifier:identifier* code:status CodeableConcept:statusReason,vaccineCode,reportOrigin,site,route,reasonCode*,subpotentReason*,programEligibility*,fundingSource Reference:patient,encounter,location,manufacturer,reasonReference* dateTime:occurrenceDateTime,recorded string:occurrenceString,lotNumber boolean:primarySource,isSubpotent date:expirationDate Quantity:doseQuantity Immunization.performer:performer* Annotation:note* Immunization.education:education* Immunization.reaction:reaction* Immunization.protocolApplied:protocolApplied*',
  'Immunization.education': 'string:documentType uri:reference dateTime:publicationDate,presentationDate',
  'Immunization.performer': 'CodeableConcept:function Reference:actor',
  'Immunization.protocolApplied':
    'string:series,doseNumberString,seriesDosesString Reference:authority CodeableConcept:targetDisease* positiveInt:doseNumberPositiveInt,seriesDosesPositiveInt',
  'Immunization.reaction': 'dateTime:date Reference:detail boolean:reported',
  Location:
    'Identifier:identifier* code:status,mode Coding:operationalStatus string:name,alias*,description,availabilityExceptions CodeableConcept:type*,physicalType ContactPoint:telecom* Address:address Location.position:position Reference:managingOrganization,partOf,endpoint* Location.hoursOfOperation:hoursOfOperation*',
  'Location.hoursOfOperation': 'code:daysOfWeek* boolean:allDay time:openingTime,closingTime',
  'Location.position': 'decimal:longitude,latitude,altitude',
  Medication:
    'Identifier:identifier* CodeableConcept:code,form code:status Reference:manufacturer Ratio:amount Medication.ingredient:ingredient* Medication.batch:batch',
  'Medication.batch': 'string:lotNumber dateTime:expirationDate',
  'Medication.ingredient':
    'CodeableConcept:itemCodeableConcept Reference:itemReference boolean:isActive Ratio:strength',
  MedicationRequest:
    'Identifier:identifier*,groupIdentifier code:status,intent,priority CodeableConcept:statusReason,category*,medicationCodeableConcept,performerType,reasonCode*,courseOfTherapyType boolean:doNotPerform,reportedBoolean Reference:reportedReference,medicationReference,subject,encounter,supportingInformation*,requester,performer,recorder,reasonReference*,basedOn*,insurance*,priorPrescription,detectedIssue*,eventHistory* dateTime:authoredOn canonical:instantiatesCanonical* uri:instantiatesUri* Annotation:note* Dosage:dosageInstruction* MedicationRequest.dispenseRequest:dispenseRequest MedicationRequest.substitution:substitution',
  'MedicationRequest.dispenseRequest':
    'MedicationRequest.dispenseRequest.initialFill:initialFill Duration:dispenseInterval,expectedSupplyDuration Period:validityPeriod unsignedInt:numberOfRepeatsAllowed Quantity:quantity Reference:performer',
  'MedicationRequest.dispenseRequest.initialFill': 'Quantity:quantity Duration:duration',
  'MedicationRequest.substitution': 'boolean:allowedBoolean CodeableConcept:allowedCodeableConcept,reason',
  Meta: 'id:versionId instant:lastUpdated uri:source,project canonical:profile* Coding:security*,tag* Reference:author,onBehalfOf,account,accounts*,compartment* boolean:deleted',
  Money: 'decimal:value code:currency',
  Narrative: 'code:status xhtml:div',
  Observation:
    'Identifier:identifier* Reference:basedOn*,partOf*,subject,focus*,encounter,performer*,specimen,device,hasMember*,derivedFrom* code:status CodeableConcept:category*,code,valueCodeableConcept,dataAbsentReason,interpretation*,bodySite,method dateTime:effectiveDateTime,valueDateTime Period:effectivePeriod,valuePeriod Timing:effectiveTiming instant:effectiveInstant,issued Quantity:valueQuantity string:valueString boolean:valueBoolean integer:valueInteger Range:valueRange Ratio:valueRatio SampledData:valueSampledData time:valueTime Annotation:note* Observation.referenceRange:referenceRange* Observation.component:component*',
  'Observation.component':
    'CodeableConcept:code,valueCodeableConcept,dataAbsentReason,interpretation* Quantity:valueQuantity string:valueString boolean:valueBoolean integer:valueInteger Range:valueRange Ratio:valueRatio SampledData:valueSampledData time:valueTime dateTime:valueDateTime Period:valuePeriod Observation.referenceRange:referenceRange*',
  'Observation.referenceRange': 'Quantity:low,high CodeableConcept:type,appliesTo* Range:age string:text',
  Organization:
    'Identifier:identifier* boolean:active CodeableConcept:type* string:name,alias* ContactPoint:telecom* Address:address* Reference:partOf,endpoint* Organization.contact:contact*',
  'Organization.contact': 'CodeableConcept:purpose HumanName:name ContactPoint:telecom* Address:address',
  ParameterDefinition: 'code:name,use,type integer:min string:max,documentation canonical:profile',
  Patient:
    'Identifier:identifier* boolean:active,deceasedBoolean,multipleBirthBoolean HumanName:name* ContactPoint:telecom* code:gender date:birthDate dateTime:deceasedDateTime Address:address* CodeableConcept:maritalStatus integer:multipleBirthInteger Attachment:photo* Patient.contact:contact* Patient.communication:communication* Reference:generalPractitioner*,managingOrganization Patient.link:link*',
  'Patient.communication': 'CodeableConcept:language boolean:preferred',
  'Patient.contact':
    'CodeableConcept:relationship* HumanName:name ContactPoint:telecom* Address:address code:gender Reference:organization Period:period',
  'Patient.link': 'Reference:other code:type',
  Period: 'dateTime:start,end',
  Practitioner:
    'Identifier:identifier* boolean:active HumanName:name* ContactPoint:telecom* Address:address* code:gender date:birthDate Attachment:photo* Practitioner.qualification:qualification* CodeableConcept:communication*',
  'Practitioner.qualification': 'Identifier:identifier* CodeableConcept:code Period:period Reference:issuer',
  PractitionerRole:
    'Identifier:identifier* boolean:active Period:period Reference:practitioner,organization,location*,healthcareService*,endpoint* CodeableConcept:code*,specialty* ContactPoint:telecom* PractitionerRole.availableTime:availableTime* PractitionerRole.notAvailable:notAvailable* string:availabilityExceptions',
  'PractitionerRole.availableTime':
    'code:daysOfWeek* boolean:allDay time:availableStartTime,availableEndTime',
  'PractitionerRole.notAvailable': 'string:description Period:during',
  Procedure:
    'Identifier:identifier* canonical:instantiatesCanonical* uri:instantiatesUri* Reference:basedOn*,partOf*,subject,encounter,recorder,asserter,location,reasonReference*,report*,complicationDetail*,usedReference* code:status CodeableConcept:statusReason,category,code,reasonCode*,bodySite*,outcome,complication*,followUp*,usedCode* dateTime:performedDateTime Period:performedPeriod string:performedString Age:performedAge Range:performedRange Procedure.performer:performer* Annotation:note* Procedure.focalDevice:focalDevice*',
  'Procedure.focalDevice': 'CodeableConcept:action Reference:manipulated',
  'Procedure.performer': 'CodeableConcept:function Reference:actor,onBehalfOf',
  Quantity: 'decimal:value code:comparator,code string:unit uri:system',
  Questionnaire:
    'uri:url Identifier:identifier* string:version,name,title,publisher canonical:derivedFrom* code:status,subjectType* boolean:experimental dateTime:date ContactDetail:contact* markdown:description,purpose,copyright UsageContext:useContext* CodeableConcept:jurisdiction* date:approvalDate,lastReviewDate Period:effectivePeriod Coding:code* Questionnaire.item:item*',
  'Questionnaire.item':
    'string:linkId,prefix,text uri:definition Coding:code* code:type,enableBehavior Questionnaire.item.enableWhen:enableWhen* boolean:required,repeats,readOnly integer:maxLength canonical:answerValueSet Questionnaire.item.answerOption:answerOption* Questionnaire.item.initial:initial* Questionnaire.item:item*',
  'Questionnaire.item.answerOption':
    'integer:valueInteger date:valueDate time:valueTime string:valueString Coding:valueCoding Reference:valueReference boolean:initialSelected',
  'Questionnaire.item.enableWhen':
    'string:question,answerString code:operator boolean:answerBoolean decimal:answerDecimal integer:answerInteger date:answerDate dateTime:answerDateTime time:answerTime Coding:answerCoding Quantity:answerQuantity Reference:answerReference',
  'Questionnaire.item.initial':
    'boolean:valueBoolean decimal:valueDecimal integer:valueInteger date:valueDate dateTime:valueDateTime time:valueTime string:valueString uri:valueUri Attachment:valueAttachment Coding:valueCoding Quantity:valueQuantity Reference:valueReference',
  QuestionnaireResponse:
    'Identifier:identifier Reference:basedOn*,partOf*,subject,encounter,author,source canonical:questionnaire code:status dateTime:authored QuestionnaireResponse.item:item*',
  'QuestionnaireResponse.item':
    'string:linkId,text uri:definition QuestionnaireResponse.item.answer:answer* QuestionnaireResponse.item:item*',
  'QuestionnaireResponse.item.answer':
    'boolean:valueBoolean decimal:valueDecimal integer:valueInteger date:valueDate dateTime:valueDateTime time:valueTime string:valueString uri:valueUri Attachment:valueAttachment Coding:valueCoding Quantity:valueQuantity Reference:valueReference QuestionnaireResponse.item:item*',
  Range: 'Quantity:low,high',
  Ratio: 'Quantity:numerator,denominator',
  Reference: 'string:reference,display uri:type Identifier:identifier',
  RelatedArtifact:
    'code:type string:label,display markdown:citation url:url Attachment:document canonical:resource',
  RelatedPerson:
    'Identifier:identifier* boolean:active Reference:patient CodeableConcept:relationship* HumanName:name* ContactPoint:telecom* code:gender date:birthDate Address:address* Attachment:photo* Period:period RelatedPerson.communication:communication*',
  'RelatedPerson.communication': 'CodeableConcept:language boolean:preferred',
  SampledData:
    'Quantity:origin decimal:period,factor,lowerLimit,upperLimit positiveInt:dimensions string:data',
  ServiceRequest:
    'Identifier:identifier*,requisition canonical:instantiatesCanonical* uri:instantiatesUri* Reference:basedOn*,replaces*,subject,encounter,requester,performer*,locationReference*,reasonReference*,insurance*,supportingInfo*,specimen*,relevantHistory* code:status,intent,priority CodeableConcept:category*,code,orderDetail*,asNeededCodeableConcept,performerType,locationCode*,reasonCode*,bodySite* boolean:doNotPerform,asNeededBoolean Quantity:quantityQuantity Ratio:quantityRatio Range:quantityRange dateTime:occurrenceDateTime,authoredOn Period:occurrencePeriod Timing:occurrenceTiming Annotation:note* string:patientInstruction',
  Signature:
    'Coding:type* instant:when Reference:who,onBehalfOf code:targetFormat,sigFormat base64Binary:data',
  Timing: 'dateTime:event* Timing.repeat:repeat CodeableConcept:code',
  'Timing.repeat':
    'Duration:boundsDuration Range:boundsRange Period:boundsPeriod positiveInt:count,countMax,frequency,frequencyMax decimal:duration,durationMax,period,periodMax code:durationUnit,periodUnit,dayOfWeek*,when* time:timeOfDay* unsignedInt:offset',
  TriggerDefinition:
    'code:type string:name Timing:timingTiming Reference:timingReference date:timingDate dateTime:timingDateTime DataRequirement:data* Expression:condition',
  UsageContext:
    'Coding:code CodeableConcept:valueCodeableConcept Quantity:valueQuantity Range:valueRange Reference:valueReference',
}
