<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>CallBar</name>
    <message>
        <source>The caller talks with no operator.</source>
        <translation>来电者没有与话务员通话。</translation>
    </message>
    <message>
        <source>The caller is on hold: take him back first.</source>
        <translation>来电者正在保持中：请先恢复通话。</translation>
    </message>
    <message>
        <source>A seat is rung for the call.</source>
        <translation>正在为该通话呼叫坐席。</translation>
    </message>
    <message>
        <source>Another seat is consulted: complete that, or take the caller back.</source>
        <translation>正在咨询另一个坐席：请完成转接或回到来电者。</translation>
    </message>
    <message>
        <source>All three talk already.</source>
        <translation>三方已在通话。</translation>
    </message>
    <message>
        <source>This line carries no fax: it hears nothing while it speaks.</source>
        <translation>此线路不能收发传真：它说话时听不到声音。</translation>
    </message>
    <message>
        <source>The other seat has not answered yet.</source>
        <translation>另一个坐席还没有接听。</translation>
    </message>
    <message>
        <source>Hold</source>
        <translation>保持</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Mute</source>
        <translation>静音</translation>
    </message>
    <message>
        <source>Unmute</source>
        <translation>取消静音</translation>
    </message>
    <message>
        <source>Transfer …</source>
        <translation>转接…</translation>
    </message>
    <message>
        <source>Consult …</source>
        <translation>咨询…</translation>
    </message>
    <message>
        <source>Swap</source>
        <translation>切换</translation>
    </message>
    <message>
        <source>All three</source>
        <translation>三方</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Complete</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Park</source>
        <translation>驻留</translation>
    </message>
    <message>
        <source>Pick up …</source>
        <translation>取回…</translation>
    </message>
    <message>
        <source>Voicemail …</source>
        <translation>语音信箱…</translation>
    </message>
    <message>
        <source>Menu …</source>
        <translation>语音菜单…</translation>
    </message>
    <message>
        <source>Receive fax …</source>
        <translation>收传真…</translation>
    </message>
    <message>
        <source>Send fax …</source>
        <translation>发传真…</translation>
    </message>
    <message>
        <source>The caller hears music, the operator nothing</source>
        <translation>来电者听音乐，话务员听不到声音</translation>
    </message>
    <message>
        <source>Caller and operator hear each other again</source>
        <translation>来电者与话务员恢复通话</translation>
    </message>
    <message>
        <source>The operator hears the caller and is not heard</source>
        <translation>话务员能听到来电者，来电者听不到话务员</translation>
    </message>
    <message>
        <source>The caller hears the operator again</source>
        <translation>来电者重新听到话务员</translation>
    </message>
    <message>
        <source>Talk with another seat first, while the caller hears music</source>
        <translation>先与另一个坐席通话，来电者听音乐</translation>
    </message>
    <message>
        <source>The one that hears music, instead of the one that talks</source>
        <translation>在听音乐的一方与通话的一方之间切换</translation>
    </message>
    <message>
        <source>Caller and both seats hear one another</source>
        <translation>来电者与两个坐席三方通话</translation>
    </message>
    <message>
        <source>To the caller again; the other seat is let go</source>
        <translation>回到来电者；放开另一个坐席</translation>
    </message>
    <message>
        <source>The other seat has the caller</source>
        <translation>来电者交给另一个坐席</translation>
    </message>
    <message>
        <source>To another seat or a group; it comes back if nobody answers</source>
        <translation>转到另一个坐席或一个组；无人接听则转回</translation>
    </message>
    <message>
        <source>The operator is free; any seat can pick the call up</source>
        <translation>话务员空出；任何坐席都可以取回该通话</translation>
    </message>
    <message>
        <source>The parked call, to a seat</source>
        <translation>把驻留的通话取回到一个坐席</translation>
    </message>
    <message>
        <source>The caller leaves a message in a mailbox; the operator is free</source>
        <translation>来电者在语音信箱留言；话务员空出</translation>
    </message>
    <message>
        <source>A menu has the caller; the operator is free</source>
        <translation>来电者转入语音菜单；话务员空出</translation>
    </message>
    <message>
        <source>The caller&apos;s machine sends, when he presses its start key</source>
        <translation>来电者按下传真机启动键后，其传真机开始发送</translation>
    </message>
    <message>
        <source>The caller&apos;s machine receives, when he presses its start key</source>
        <translation>来电者按下传真机启动键后，其传真机开始接收</translation>
    </message>
    <message>
        <source>{name}: all who are ready</source>
        <translation>{name}：所有就绪的坐席</translation>
    </message>
    <message>
        <source>{name}: {state}</source>
        <translation>{name}：{state}</translation>
    </message>
    <message>
        <source>Call at a seat</source>
        <translation>坐席上的通话</translation>
    </message>
</context>
<context>
    <name>CallState</name>
    <message>
        <source>Ringing</source>
        <translation>振铃中</translation>
    </message>
    <message>
        <source>In the menu</source>
        <translation>在语音菜单中</translation>
    </message>
    <message>
        <source>In a call</source>
        <translation>通话中</translation>
    </message>
    <message>
        <source>Ended: {cause}</source>
        <translation>已结束：{cause}</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>已结束</translation>
    </message>
    <message>
        <source>Ringing {seats}</source>
        <translation>正在呼叫{seats}</translation>
    </message>
    <message>
        <source>{seat} has answered</source>
        <translation>{seat}已接听</translation>
    </message>
    <message>
        <source>Talks with {seat}</source>
        <translation>正在与{seat}通话</translation>
    </message>
    <message>
        <source>Talks with {seat}, who is muted</source>
        <translation>正在与{seat}通话（{seat}已静音）</translation>
    </message>
    <message>
        <source>On hold at {seat}</source>
        <translation>由{seat}保持</translation>
    </message>
    <message>
        <source>Parked in place {place}</source>
        <translation>已驻留在 {place} 号位</translation>
    </message>
    <message>
        <source>Waits in {queue}, place {place}</source>
        <translation>在{queue}中排队，第 {place} 位</translation>
    </message>
    <message>
        <source>Leaves a message in {name}</source>
        <translation>正在信箱 {name} 留言</translation>
    </message>
    <message>
        <source>In the menu {name}</source>
        <translation>在语音菜单 {name} 中</translation>
    </message>
    <message>
        <source>Sends a fax to box {name}</source>
        <translation>正在向传真箱 {name} 发传真</translation>
    </message>
    <message>
        <source>Is sent the fax {name}</source>
        <translation>正在接收传真 {name}</translation>
    </message>
    <message>
        <source>{seat} consults another seat, which is rung</source>
        <translation>{seat}正在咨询另一个坐席，对方振铃中</translation>
    </message>
    <message>
        <source>{seat} consults {other}</source>
        <translation>{seat}正在咨询{other}</translation>
    </message>
    <message>
        <source>Talks with {seat}; {other} waits</source>
        <translation>正在与{seat}通话；{other}等候中</translation>
    </message>
    <message>
        <source>{seat}, {other} and the caller talk</source>
        <translation>{seat}、{other}与来电者三方通话</translation>
    </message>
</context>
<context>
    <name>Caller</name>
    <message>
        <source>Number withheld</source>
        <translation>号码保密</translation>
    </message>
    <message>
        <source>Number not available</source>
        <translation>没有送出号码</translation>
    </message>
    <message>
        <source>No number</source>
        <translation>无号码</translation>
    </message>
    <message>
        <source>Number not known yet</source>
        <translation>号码尚未收到</translation>
    </message>
</context>
<context>
    <name>Card</name>
    <message>
        <source>Not in the customer list</source>
        <translation>不在客户名单中</translation>
    </message>
    <message>
        <source>Incoming call</source>
        <translation>来电</translation>
    </message>
    <message>
        <source>There is no call.</source>
        <translation>当前没有通话。</translation>
    </message>
    <message>
        <source>The line is still ringing: there is nothing to hang up yet.</source>
        <translation>线路还在振铃，尚无可挂断的通话。</translation>
    </message>
    <message>
        <source>The call is answered already.</source>
        <translation>电话已经接听。</translation>
    </message>
    <message>
        <source>The call is over.</source>
        <translation>通话已经结束。</translation>
    </message>
    <message>
        <source>This call went out from here: there is nothing to answer.</source>
        <translation>这是呼出的电话，无需接听。</translation>
    </message>
    <message>
        <source>The station is not reachable.</source>
        <translation>无法连接工作站。</translation>
    </message>
    <message>
        <source>The station has been asked; one moment.</source>
        <translation>已通知工作站，请稍候。</translation>
    </message>
    <message>
        <source>There is no number to save.</source>
        <translation>没有可保存的号码。</translation>
    </message>
</context>
<context>
    <name>Cause</name>
    <message>
        <source>the caller hung up (loop break)</source>
        <translation>对方挂机（断环）</translation>
    </message>
    <message>
        <source>the caller hung up (polarity reversal)</source>
        <translation>对方挂机（反极）</translation>
    </message>
    <message>
        <source>the caller hung up (busy tone)</source>
        <translation>对方挂机（忙音）</translation>
    </message>
    <message>
        <source>the caller hung up (a tone this line was taught)</source>
        <translation>对方挂机（本线路学到的提示音）</translation>
    </message>
    <message>
        <source>the caller hung up (congestion tone)</source>
        <translation>对方挂机（拥塞音）</translation>
    </message>
    <message>
        <source>the caller hung up (dial tone came back)</source>
        <translation>对方挂机（拨号音）</translation>
    </message>
    <message>
        <source>nothing more was heard from the caller</source>
        <translation>长时间没有听到对方的声音</translation>
    </message>
    <message>
        <source>the caller hung up (so says the board)</source>
        <translation>对方挂机（板卡报告）</translation>
    </message>
    <message>
        <source>no call: the exchange told of messages</source>
        <translation>并非来电：交换机通知有留言</translation>
    </message>
    <message>
        <source>the called number was busy</source>
        <translation>被叫忙</translation>
    </message>
    <message>
        <source>the network took no more calls</source>
        <translation>网络拥塞</translation>
    </message>
    <message>
        <source>the number is not in service</source>
        <translation>号码不可用（空号）</translation>
    </message>
    <message>
        <source>nobody answered</source>
        <translation>无人接听</translation>
    </message>
    <message>
        <source>nothing was heard after dialling</source>
        <translation>拨号后没有任何声音</translation>
    </message>
    <message>
        <source>the line gave no dial tone</source>
        <translation>线路没有拨号音</translation>
    </message>
    <message>
        <source>the line did not take the digits</source>
        <translation>线路未接受拨号</translation>
    </message>
    <message>
        <source>somebody called in the same moment</source>
        <translation>同一时刻有来电</translation>
    </message>
    <message>
        <source>ended for an emergency call</source>
        <translation>为紧急呼叫而结束</translation>
    </message>
    <message>
        <source>a fax machine answered</source>
        <translation>传真机应答</translation>
    </message>
    <message>
        <source>the menu ended the call</source>
        <translation>语音菜单结束了通话</translation>
    </message>
    <message>
        <source>you hung up</source>
        <translation>您已挂断</translation>
    </message>
    <message>
        <source>given on to another extension</source>
        <translation>已转给另一分机</translation>
    </message>
    <message>
        <source>the caller gave up before the answer</source>
        <translation>对方在接听前放弃</translation>
    </message>
    <message>
        <source>the line did not go off hook</source>
        <translation>线路未能摘机</translation>
    </message>
    <message>
        <source>the line was lost</source>
        <translation>线路中断</translation>
    </message>
    <message>
        <source>the station was stopped</source>
        <translation>工作站已停止</translation>
    </message>
    <message>
        <source>the station was restarted</source>
        <translation>工作站重新启动</translation>
    </message>
    <message>
        <source>an error in the station</source>
        <translation>工作站出错</translation>
    </message>
    <message>
        <source>another reason ({code})</source>
        <translation>其他原因（{code}）</translation>
    </message>
</context>
<context>
    <name>ChoiceDialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>Connection</name>
    <message>
        <source>Looking for the station …</source>
        <translation>正在查找工作站……</translation>
    </message>
    <message>
        <source>Starting the station …</source>
        <translation>正在启动工作站……</translation>
    </message>
    <message>
        <source>Connected to the station</source>
        <translation>已连接工作站</translation>
    </message>
    <message>
        <source>The station is not reachable. Trying again …</source>
        <translation>无法连接工作站，正在重试……</translation>
    </message>
    <message>
        <source>In the system&apos;s own words: {text}</source>
        <translation>系统原文：{text}</translation>
    </message>
    <message>
        <source>The station could not be started. Trying again …</source>
        <translation>工作站无法启动，正在重试……</translation>
    </message>
</context>
<context>
    <name>CustomerForm</name>
    <message>
        <source>New customer</source>
        <translation>新客户</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Company</source>
        <translation>公司</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>号码</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>A name and a number are needed.</source>
        <translation>请填写姓名和号码。</translation>
    </message>
</context>
<context>
    <name>Drawing</name>
    <message>
        <source>Drawing the call …</source>
        <translation>正在绘制通话……</translation>
    </message>
    <message>
        <source>The call could not be drawn: the station refused or is gone.</source>
        <translation>无法绘制这次通话：工作站拒绝了请求或已断开。</translation>
    </message>
</context>
<context>
    <name>DrawingWindow</name>
    <message>
        <source>Zoom in (+)</source>
        <translation>放大 (+)</translation>
    </message>
    <message>
        <source>Zoom out (−)</source>
        <translation>缩小 (−)</translation>
    </message>
    <message>
        <source>Whole call (0)</source>
        <translation>全部 (0)</translation>
    </message>
    <message>
        <source>Earlier (←)</source>
        <translation>向前 (←)</translation>
    </message>
    <message>
        <source>Later (→)</source>
        <translation>向后 (→)</translation>
    </message>
</context>
<context>
    <name>FaxCause</name>
    <message>
        <source>the number was busy</source>
        <translation>对方占线</translation>
    </message>
    <message>
        <source>nobody answered</source>
        <translation>无人接听</translation>
    </message>
    <message>
        <source>somebody answered, but no fax machine</source>
        <translation>有人接听，但不是传真机</translation>
    </message>
    <message>
        <source>the network took no more calls</source>
        <translation>网络拥塞</translation>
    </message>
    <message>
        <source>the number is not in service: check it</source>
        <translation>号码不存在，请核对</translation>
    </message>
    <message>
        <source>the station may not call this number any more</source>
        <translation>工作站已不允许拨打该号码</translation>
    </message>
    <message>
        <source>the line did not dial: check the line</source>
        <translation>线路未能拨号，请检查线路</translation>
    </message>
    <message>
        <source>the line was needed for a call</source>
        <translation>线路被通话占用</translation>
    </message>
    <message>
        <source>the connection was lost during the fax</source>
        <translation>传真过程中连接中断</translation>
    </message>
    <message>
        <source>the other machine could not read a page</source>
        <translation>对方传真机无法辨认页面</translation>
    </message>
    <message>
        <source>the other machine cannot take this fax</source>
        <translation>对方传真机无法接收这份传真</translation>
    </message>
    <message>
        <source>the document could not be made into pages</source>
        <translation>文档无法转换为页面</translation>
    </message>
    <message>
        <source>it was stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>the station was restarted during the fax</source>
        <translation>传真过程中工作站重启</translation>
    </message>
    <message>
        <source>an error in the station</source>
        <translation>工作站出错</translation>
    </message>
    <message>
        <source>another reason ({code})</source>
        <translation>其他原因（{code}）</translation>
    </message>
</context>
<context>
    <name>FaxDoor</name>
    <message>
        <source>No fax is chosen.</source>
        <translation>未选择传真。</translation>
    </message>
    <message>
        <source>This fax came here.</source>
        <translation>这是收到的传真。</translation>
    </message>
    <message>
        <source>This fax is over: there is nothing to stop.</source>
        <translation>这份传真已结束，无需停止。</translation>
    </message>
    <message>
        <source>This fax has neither failed nor been stopped.</source>
        <translation>这份传真既未失败，也未被停止。</translation>
    </message>
    <message>
        <source>The station is not reachable.</source>
        <translation>无法连接工作站。</translation>
    </message>
    <message>
        <source>The station has been asked; one moment.</source>
        <translation>已通知工作站，请稍候。</translation>
    </message>
</context>
<context>
    <name>FaxForm</name>
    <message>
        <source>Send a fax</source>
        <translation>发送传真</translation>
    </message>
    <message>
        <source>not before</source>
        <translation>不早于</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>any free line</source>
        <translation>任一空闲线路</translation>
    </message>
    <message>
        <source>as usual</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>1 (first)</source>
        <translation>1（最先）</translation>
    </message>
    <message>
        <source>9 (last)</source>
        <translation>9（最后）</translation>
    </message>
    <message>
        <source>Choose …</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>PDF, TIFF, PNG, JPEG or text</source>
        <translation>PDF、TIFF、PNG、JPEG 或文本</translation>
    </message>
    <message>
        <source>one number, or several: one in a line</source>
        <translation>一个或多个号码，每行一个</translation>
    </message>
    <message>
        <source>nobody</source>
        <translation>不通知</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>To the number</source>
        <translation>接收号码</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>线路</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Only from – to</source>
        <translation>允许时段</translation>
    </message>
    <message>
        <source>Tell by e-mail</source>
        <translation>邮件通知</translation>
    </message>
    <message>
        <source>With a cover page</source>
        <translation>附封面页</translation>
    </message>
    <message>
        <source>as the office</source>
        <translation>与办公室相同</translation>
    </message>
    <message>
        <source>the office</source>
        <translation>办公室</translation>
    </message>
    <message>
        <source>To</source>
        <translation>收件人</translation>
    </message>
    <message>
        <source>From</source>
        <translation>发件人</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>附言</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>What can be faxed (*.pdf *.tif *.tiff *.png *.jpg *.jpeg *.txt)</source>
        <translation>可传真的文件 (*.pdf *.tif *.tiff *.png *.jpg *.jpeg *.txt)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Choose the document</source>
        <translation>选择文档</translation>
    </message>
</context>
<context>
    <name>FaxMail</name>
    <message>
        <source>{words}; e-mail to {to} when it is over</source>
        <translation>{words}；结束后发邮件给 {to}</translation>
    </message>
    <message>
        <source>{words}; e-mail to {to} waits for the server</source>
        <translation>{words}；发给 {to} 的邮件等待服务器</translation>
    </message>
    <message>
        <source>{words}; e-mail to {to} is sent</source>
        <translation>{words}；已发邮件给 {to}</translation>
    </message>
    <message>
        <source>{words}; e-mail to {to} was NOT sent</source>
        <translation>{words}；发给 {to} 的邮件未能发出</translation>
    </message>
</context>
<context>
    <name>FaxNotice</name>
    <message>
        <source>Saved: {name}</source>
        <translation>已保存：{name}</translation>
    </message>
    <message>
        <source>The fax was not saved.</source>
        <translation>传真未能保存。</translation>
    </message>
    <message>
        <source>Queued, faxes: {count}</source>
        <translation>已排队的传真：{count}</translation>
    </message>
    <message>
        <source>The fax was not queued: the station refused.</source>
        <translation>传真未能排队：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The fax was not stopped: the station refused.</source>
        <translation>传真未能停止：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The fax was not sent again: the station refused.</source>
        <translation>传真未能重新发送：工作站拒绝了请求。</translation>
    </message>
</context>
<context>
    <name>FaxOrder</name>
    <message>
        <source>Choose a file.</source>
        <translation>请选择文件。</translation>
    </message>
    <message>
        <source>Give a number to send it to.</source>
        <translation>请填写接收号码。</translation>
    </message>
</context>
<context>
    <name>FaxPage</name>
    <message>
        <source>not sent yet</source>
        <translation>尚未发送</translation>
    </message>
    <message>
        <source>being sent</source>
        <translation>正在发送</translation>
    </message>
    <message>
        <source>confirmed by the other machine</source>
        <translation>对方传真机已确认</translation>
    </message>
    <message>
        <source>the other machine could not read it</source>
        <translation>对方传真机无法辨认</translation>
    </message>
    <message>
        <source>sent, but not confirmed</source>
        <translation>已发出，但未获确认</translation>
    </message>
    <message>
        <source>Page {page} of {pages}</source>
        <translation>第 {page} 页，共 {pages} 页</translation>
    </message>
    <message>
        <source>Page {page} of {pages}: {state}</source>
        <translation>第 {page} 页，共 {pages} 页：{state}</translation>
    </message>
    <message>
        <source>Drawing the page …</source>
        <translation>正在绘制页面…</translation>
    </message>
    <message>
        <source>The page could not be drawn: the station refused or is gone.</source>
        <translation>无法绘制页面：工作站拒绝了请求或已断开。</translation>
    </message>
    <message>
        <source>The page could not be drawn: the station sent no picture.</source>
        <translation>无法绘制页面：工作站没有发来图像。</translation>
    </message>
    <message>
        <source>Choose a fax in the list to look at it.</source>
        <translation>请在列表中选择要查看的传真。</translation>
    </message>
    <message>
        <source>Page of the fax</source>
        <translation>传真页面</translation>
    </message>
    <message>
        <source>Previous page</source>
        <translation>上一页</translation>
    </message>
    <message>
        <source>Next page</source>
        <translation>下一页</translation>
    </message>
    <message>
        <source>Smaller (−)</source>
        <translation>缩小 (−)</translation>
    </message>
    <message>
        <source>Larger (+)</source>
        <translation>放大 (+)</translation>
    </message>
    <message>
        <source>Page width (0)</source>
        <translation>页宽 (0)</translation>
    </message>
</context>
<context>
    <name>FaxState</name>
    <message>
        <source>waits for a line</source>
        <translation>等待空闲线路</translation>
    </message>
    <message>
        <source>waits until {time}</source>
        <translation>等到 {time}</translation>
    </message>
    <message>
        <source>{cause}; again at {time}</source>
        <translation>{cause}；{time} 重试</translation>
    </message>
    <message>
        <source>calls</source>
        <translation>正在呼叫</translation>
    </message>
    <message>
        <source>sends page {page} of {pages}</source>
        <translation>正在发送第 {page}/{pages} 页</translation>
    </message>
    <message>
        <source>sends page {page} of {pages}: {percent} %</source>
        <translation>正在发送第 {page}/{pages} 页：{percent} %</translation>
    </message>
    <message>
        <source>sent, every page confirmed ({pages})</source>
        <translation>已发送，对方已确认全部 {pages} 页</translation>
    </message>
    <message>
        <source>not sent: {cause}; {confirmed} of {pages} pages confirmed</source>
        <translation>未发送：{cause}；已确认 {confirmed}/{pages} 页</translation>
    </message>
    <message>
        <source>stopped; {confirmed} of {pages} pages confirmed</source>
        <translation>已停止；已确认 {confirmed}/{pages} 页</translation>
    </message>
    <message>
        <source>is coming: page {page} is here</source>
        <translation>正在接收：第 {page} 页已到</translation>
    </message>
    <message>
        <source>fax, pages: {pages}</source>
        <translation>传真，{pages} 页</translation>
    </message>
    <message>
        <source>new fax, pages: {pages}</source>
        <translation>新传真，{pages} 页</translation>
    </message>
    <message>
        <source>{words}, damaged rows: {rows}</source>
        <translation>{words}，损坏 {rows} 行</translation>
    </message>
    <message>
        <source>{words}; the connection was lost: pages may be missing</source>
        <translation>{words}；连接中断，可能缺页</translation>
    </message>
    <message>
        <source>{words}; only within {hours}</source>
        <translation>{words}；仅在 {hours} 内</translation>
    </message>
</context>
<context>
    <name>FaxesWindow</name>
    <message>
        <source>Faxes</source>
        <translation>传真</translation>
    </message>
    <message>
        <source>No faxes here yet.</source>
        <translation>这里还没有传真。</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>收到</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Send a fax …</source>
        <translation>发送传真…</translation>
    </message>
    <message>
        <source>Save as …</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>重新发送</translation>
    </message>
    <message>
        <source>Save all pages as PDF or TIFF</source>
        <translation>把全部页面保存为 PDF 或 TIFF</translation>
    </message>
    <message>
        <source>Send no further; one that is on its way hangs up</source>
        <translation>不再发送；正在发送的会挂断</translation>
    </message>
    <message>
        <source>Send the pages that are not confirmed</source>
        <translation>发送尚未确认的页面</translation>
    </message>
    <message>
        <source>one of {count}</source>
        <translation>共 {count} 个号码之一</translation>
    </message>
    <message>
        <source>PDF file (*.pdf)</source>
        <translation>PDF 文件 (*.pdf)</translation>
    </message>
    <message>
        <source>TIFF file (*.tif)</source>
        <translation>TIFF 文件 (*.tif)</translation>
    </message>
    <message>
        <source>Save the fax</source>
        <translation>保存传真</translation>
    </message>
</context>
<context>
    <name>HistoryPanel</name>
    <message>
        <source>Calls and messages</source>
        <translation>通话与留言</translation>
    </message>
    <message>
        <source>No calls here yet.</source>
        <translation>这里还没有通话。</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>未接</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>留言</translation>
    </message>
    <message>
        <source>Faxes</source>
        <translation>传真</translation>
    </message>
    <message>
        <source>Faxes that came and that are sent, page by page (F10)</source>
        <translation>逐页查看收到和发送的传真 (F10)</translation>
    </message>
    <message>
        <source>All faxes … ({new} new)</source>
        <translation>全部传真…（{new} 份新）</translation>
    </message>
    <message>
        <source>All faxes …</source>
        <translation>全部传真…</translation>
    </message>
    <message>
        <source>new message</source>
        <translation>新留言</translation>
    </message>
    <message>
        <source>yesterday {time}</source>
        <translation>昨天 {time}</translation>
    </message>
</context>
<context>
    <name>Left</name>
    <message>
        <source>another seat has answered</source>
        <translation>另一个坐席已接听</translation>
    </message>
    <message>
        <source>nobody answered</source>
        <translation>无人接听</translation>
    </message>
    <message>
        <source>the caller has hung up</source>
        <translation>来电者已挂机</translation>
    </message>
    <message>
        <source>the operator has hung up</source>
        <translation>话务员已挂机</translation>
    </message>
    <message>
        <source>the call is sent on</source>
        <translation>通话已转出</translation>
    </message>
    <message>
        <source>the call is parked</source>
        <translation>通话已驻留</translation>
    </message>
    <message>
        <source>its telephone was lost</source>
        <translation>话机已失去连接</translation>
    </message>
    <message>
        <source>the call was taken over</source>
        <translation>通话已被接管</translation>
    </message>
    <message>
        <source>the other seat has the call</source>
        <translation>另一个坐席接手了通话</translation>
    </message>
    <message>
        <source>it was consulted only</source>
        <translation>只是接受咨询</translation>
    </message>
    <message>
        <source>the outside number was not reached</source>
        <translation>未能接通外线号码</translation>
    </message>
    <message>
        <source>the caller waits no longer</source>
        <translation>来电者不再等候</translation>
    </message>
    <message>
        <source>the other is busy</source>
        <translation>对方正忙</translation>
    </message>
    <message>
        <source>it could not be done</source>
        <translation>未能完成</translation>
    </message>
</context>
<context>
    <name>LineState</name>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>Ringing</source>
        <translation>振铃中</translation>
    </message>
    <message>
        <source>Off hook</source>
        <translation>已摘机</translation>
    </message>
    <message>
        <source>Dialling</source>
        <translation>正在拨号</translation>
    </message>
    <message>
        <source>Calling</source>
        <translation>正在呼叫</translation>
    </message>
    <message>
        <source>In a call</source>
        <translation>通话中</translation>
    </message>
    <message>
        <source>Hanging up</source>
        <translation>正在挂机</translation>
    </message>
    <message>
        <source>The other side has hung up</source>
        <translation>对方已挂机</translation>
    </message>
    <message>
        <source>Forgotten off hook</source>
        <translation>忘记挂机</translation>
    </message>
    <message>
        <source>Forgotten off hook: howler</source>
        <translation>忘记挂机（催挂音）</translation>
    </message>
    <message>
        <source>Left off hook</source>
        <translation>话机未挂好</translation>
    </message>
    <message>
        <source>Out of order</source>
        <translation>线路故障</translation>
    </message>
    <message>
        <source>Not in use</source>
        <translation>未使用</translation>
    </message>
    <message>
        <source>Device missing</source>
        <translation>设备缺失</translation>
    </message>
    <message>
        <source>Not known</source>
        <translation>状态不明</translation>
    </message>
</context>
<context>
    <name>Lines</name>
    <message>
        <source>Line {index} · {board}</source>
        <translation>线路 {index} · {board}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Hot line</source>
        <translation>热线台</translation>
    </message>
    <message>
        <source>Lines</source>
        <translation>线路</translation>
    </message>
    <message>
        <source>No lines yet.</source>
        <translation>还没有线路。</translation>
    </message>
    <message>
        <source>Seats</source>
        <translation>坐席</translation>
    </message>
    <message>
        <source>Connection to the station</source>
        <translation>与工作站的连接</translation>
    </message>
    <message>
        <source>&amp;Call</source>
        <translation>通话(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Answer</source>
        <translation>接听(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Hang up</source>
        <translation>挂断(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Consult, or complete</source>
        <translation>咨询或完成(&amp;C)</translation>
    </message>
    <message>
        <source>H&amp;old, take back, or swap</source>
        <translation>保持、恢复或切换(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Mute, or back to the caller</source>
        <translation>静音或回到来电者(&amp;M)</translation>
    </message>
    <message>
        <source>Pa&amp;rk</source>
        <translation>驻留(&amp;R)</translation>
    </message>
    <message>
        <source>Pick &amp;up …</source>
        <translation>取回(&amp;U)…</translation>
    </message>
    <message>
        <source>To &amp;voicemail …</source>
        <translation>转语音信箱(&amp;V)…</translation>
    </message>
    <message>
        <source>To a m&amp;enu …</source>
        <translation>转语音菜单(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Send a fax …</source>
        <translation>发传真(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Play or stop</source>
        <translation>播放或停止(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Go to the list of calls</source>
        <translation>转到通话列表(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Faxes …</source>
        <translation>传真(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>语言(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>按键(&amp;K)</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>F2: consult, or complete</source>
        <translation>F2：咨询或完成</translation>
    </message>
    <message>
        <source>F3: answer</source>
        <translation>F3：接听</translation>
    </message>
    <message>
        <source>F4: hang up</source>
        <translation>F4：挂断</translation>
    </message>
    <message>
        <source>F5: hold, take back, or swap</source>
        <translation>F5：保持、恢复或切换</translation>
    </message>
    <message>
        <source>F7: mute, unmute, or back to the caller</source>
        <translation>F7：静音、取消静音或回到来电者</translation>
    </message>
    <message>
        <source>F9: transfer, or all three</source>
        <translation>F9：转接或三方</translation>
    </message>
    <message>
        <source>F6: to the list of calls</source>
        <translation>F6：转到通话列表</translation>
    </message>
    <message>
        <source>&amp;Transfer, or all three …</source>
        <translation>转接或三方(&amp;T)…</translation>
    </message>
    <message>
        <source>Receive a fa&amp;x …</source>
        <translation>收传真(&amp;X)…</translation>
    </message>
    <message>
        <source>F8: play or stop</source>
        <translation>F8：播放或停止</translation>
    </message>
    <message>
        <source>F10: faxes</source>
        <translation>F10：传真</translation>
    </message>
    <message>
        <source>F11: park</source>
        <translation>F11：驻留</translation>
    </message>
    <message>
        <source>F12: pick up a parked call</source>
        <translation>F12：取回驻留的通话</translation>
    </message>
    <message>
        <source>Ctrl+1, 2, 3, 4: to voicemail, to a menu, receive a fax, send a fax</source>
        <translation>Ctrl+1、2、3、4：转语音信箱、转语音菜单、收传真、发传真</translation>
    </message>
    <message>
        <source>Enter, in the list: listen</source>
        <translation>回车（在列表中）：收听</translation>
    </message>
    <message>
        <source>F1: this card</source>
        <translation>F1：显示本卡</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>The call was not answered: the station refused.</source>
        <translation>电话未能接听：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The call was not ended: the station refused.</source>
        <translation>通话未能结束：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The customer was not saved: the station refused.</source>
        <translation>客户未能保存：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>Saved: {name}</source>
        <translation>已保存：{name}</translation>
    </message>
    <message>
        <source>The call was not put on hold: the station refused.</source>
        <translation>通话未能保持：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The call was not taken back: the station refused.</source>
        <translation>通话未能恢复：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The operator was not muted: the station refused.</source>
        <translation>话务员未能静音：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>No seat was consulted: the station refused.</source>
        <translation>未能咨询坐席：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>Nothing was swapped: the station refused.</source>
        <translation>未能切换：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The three were not joined: the station refused.</source>
        <translation>未能接成三方通话：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The call was not given on: the station refused.</source>
        <translation>通话未能转交：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The call was not transferred: the station refused.</source>
        <translation>通话未能转接：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The call was not parked: the station refused.</source>
        <translation>通话未能驻留：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The call was not picked up: the station refused.</source>
        <translation>通话未能取回：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The caller was not sent to the mailbox: the station refused.</source>
        <translation>来电者未能转入语音信箱：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>The caller was not sent to the menu: the station refused.</source>
        <translation>来电者未能转入语音菜单：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>No fax is received: the station refused.</source>
        <translation>未能收传真：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>No fax is sent: the station refused.</source>
        <translation>未能发传真：工作站拒绝了请求。</translation>
    </message>
    <message>
        <source>Transferred to {to}</source>
        <translation>已转接到{to}</translation>
    </message>
    <message>
        <source>The caller is sent to the mailbox</source>
        <translation>来电者已转入语音信箱</translation>
    </message>
    <message>
        <source>The caller is sent to the menu</source>
        <translation>来电者已转入语音菜单</translation>
    </message>
    <message>
        <source>The fax is being received</source>
        <translation>正在收传真</translation>
    </message>
    <message>
        <source>The fax is being sent</source>
        <translation>正在发传真</translation>
    </message>
    <message>
        <source>Parked in place {place}</source>
        <translation>已驻留在 {place} 号位</translation>
    </message>
    <message>
        <source>The station did not tell where the call can go.</source>
        <translation>工作站没有说明通话可以转到哪里。</translation>
    </message>
</context>
<context>
    <name>Orders</name>
    <message>
        <source>Transfer the call to</source>
        <translation>把通话转接到</translation>
    </message>
    <message>
        <source>Talk first with</source>
        <translation>先与谁通话</translation>
    </message>
    <message>
        <source>Consult</source>
        <translation>咨询</translation>
    </message>
    <message>
        <source>Pick up at</source>
        <translation>取回到</translation>
    </message>
    <message>
        <source>A message for</source>
        <translation>给谁留言</translation>
    </message>
    <message>
        <source>To the mailbox</source>
        <translation>转语音信箱</translation>
    </message>
    <message>
        <source>Give the caller to</source>
        <translation>把来电者转到</translation>
    </message>
    <message>
        <source>To the menu</source>
        <translation>转语音菜单</translation>
    </message>
    <message>
        <source>Receive his fax into</source>
        <translation>把对方的传真收入</translation>
    </message>
    <message>
        <source>Receive</source>
        <translation>接收</translation>
    </message>
    <message>
        <source>Send him this fax</source>
        <translation>给对方发送这份传真</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>转接</translation>
    </message>
    <message>
        <source>Pick up</source>
        <translation>取回</translation>
    </message>
</context>
<context>
    <name>Outcome</name>
    <message>
        <source>answered</source>
        <translation>已接听</translation>
    </message>
    <message>
        <source>message left</source>
        <translation>已留言</translation>
    </message>
    <message>
        <source>missed</source>
        <translation>未接</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>中断</translation>
    </message>
    <message>
        <source>no ring</source>
        <translation>没有振铃</translation>
    </message>
    <message>
        <source>busy</source>
        <translation>忙</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>无人接听</translation>
    </message>
    <message>
        <source>not through</source>
        <translation>未接通</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>now</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>已结束</translation>
    </message>
</context>
<context>
    <name>PlaceChoice</name>
    <message>
        <source>A document</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Another box</source>
        <translation>其他信箱</translation>
    </message>
    <message>
        <source>Browse …</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>The document to be sent</source>
        <translation>要发送的文件</translation>
    </message>
</context>
<context>
    <name>Places</name>
    <message>
        <source>{name} · {number}, {when}; pages: {pages}</source>
        <translation>{name} · {number}，{when}；{pages} 页</translation>
    </message>
    <message>
        <source>{name}, {when}; pages: {pages}</source>
        <translation>{name}，{when}；{pages} 页</translation>
    </message>
</context>
<context>
    <name>Player</name>
    <message>
        <source>This recording cannot be read: it is no 16-bit WAV file.</source>
        <translation>录音无法读取：不是16位的波形文件。</translation>
    </message>
    <message>
        <source>The recording could not be fetched from the station.</source>
        <translation>无法从工作站取得录音。</translation>
    </message>
    <message>
        <source>This recording is empty.</source>
        <translation>录音是空的。</translation>
    </message>
</context>
<context>
    <name>PlayerPanel</name>
    <message>
        <source>Draw</source>
        <translation>图示</translation>
    </message>
    <message>
        <source>Sound, line and menu of this call on one time axis</source>
        <translation>在同一时间轴上画出这次通话的声音、线路和菜单</translation>
    </message>
    <message>
        <source>No call is chosen.</source>
        <translation>未选择通话。</translation>
    </message>
    <message>
        <source>Whole call</source>
        <translation>整个通话</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>留言</translation>
    </message>
    <message>
        <source>Choose a call in the list to listen to it</source>
        <translation>在列表中选择一个通话即可收听</translation>
    </message>
    <message>
        <source>Fetching the recording …</source>
        <translation>正在取录音……</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Nothing is loaded.</source>
        <translation>没有可播放的录音。</translation>
    </message>
</context>
<context>
    <name>PopPanel</name>
    <message>
        <source>Current call</source>
        <translation>当前通话</translation>
    </message>
    <message>
        <source>Answer (F3)</source>
        <translation>接听 (F3)</translation>
    </message>
    <message>
        <source>Hang up (F4)</source>
        <translation>挂断 (F4)</translation>
    </message>
    <message>
        <source>Save as new customer …</source>
        <translation>保存为新客户……</translation>
    </message>
    <message>
        <source>Take over (F3)</source>
        <translation>接管 (F3)</translation>
    </message>
    <message>
        <source>Take this call over from the menu (F3)</source>
        <translation>从语音菜单接管这个通话 (F3)</translation>
    </message>
    <message>
        <source>Answer the call (F3)</source>
        <translation>接听电话 (F3)</translation>
    </message>
    <message>
        <source>End this call (F4)</source>
        <translation>结束这个通话 (F4)</translation>
    </message>
    <message>
        <source>Make a customer card with this number</source>
        <translation>用这个号码建立客户卡</translation>
    </message>
    <message>
        <source>No call</source>
        <translation>没有通话</translation>
    </message>
    <message>
        <source>Waiting for a call</source>
        <translation>等待来电</translation>
    </message>
    <message>
        <source>Also with this number: {names}</source>
        <translation>使用同一号码的还有：{names}</translation>
    </message>
    <message>
        <source>First call from this number</source>
        <translation>这个号码第一次来电</translation>
    </message>
    <message>
        <source>First call</source>
        <translation>第一次来电</translation>
    </message>
    <message>
        <source>today {time}</source>
        <translation>今天 {time}</translation>
    </message>
    <message>
        <source>yesterday {time}</source>
        <translation>昨天 {time}</translation>
    </message>
    <message>
        <source>Last call: {when}, {outcome}</source>
        <translation>上次通话：{when}，{outcome}</translation>
    </message>
</context>
<context>
    <name>Quit</name>
    <message>
        <source>a seat has answered</source>
        <translation>坐席已接听</translation>
    </message>
    <message>
        <source>the caller has pressed the key that leaves</source>
        <translation>来电者按键退出了排队</translation>
    </message>
    <message>
        <source>the time is over</source>
        <translation>等候时间已到</translation>
    </message>
    <message>
        <source>it is full</source>
        <translation>队列已满</translation>
    </message>
    <message>
        <source>no seat takes calls</source>
        <translation>没有坐席可接听</translation>
    </message>
    <message>
        <source>none of its telephones works</source>
        <translation>其话机都有故障</translation>
    </message>
    <message>
        <source>the caller has hung up</source>
        <translation>来电者已挂机</translation>
    </message>
    <message>
        <source>the call was taken over</source>
        <translation>通话已被接管</translation>
    </message>
</context>
<context>
    <name>SeatChoice</name>
    <message>
        <source>Seats</source>
        <translation>坐席</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 秒</translation>
    </message>
    <message>
        <source>Ring for</source>
        <translation>振铃时间</translation>
    </message>
</context>
<context>
    <name>SeatState</name>
    <message>
        <source>then a pause</source>
        <translation>之后暂停</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Ringing</source>
        <translation>振铃</translation>
    </message>
    <message>
        <source>In a call</source>
        <translation>通话中</translation>
    </message>
    <message>
        <source>After the call</source>
        <translation>话后处理</translation>
    </message>
    <message>
        <source>Off hook</source>
        <translation>摘机</translation>
    </message>
    <message>
        <source>Out of order</source>
        <translation>故障</translation>
    </message>
</context>
<context>
    <name>Sound</name>
    <message>
        <source>To listen, install the package sounddevice: pip install &quot;ctidrv[soundcard]&quot;</source>
        <translation>要收听录音，请安装 sounddevice 软件包：pip install &quot;ctidrv[soundcard]&quot;</translation>
    </message>
    <message>
        <source>To listen, install the PortAudio library (Debian, Ubuntu: apt install libportaudio2).</source>
        <translation>要收听录音，请安装 PortAudio 库（Debian、Ubuntu：apt install libportaudio2）。</translation>
    </message>
    <message>
        <source>No loudspeaker or headset was found. Plug one in, choose it in the system&apos;s settings and try again.</source>
        <translation>没有找到扬声器或耳机。请插上设备，在系统设置中选中它，然后重试。</translation>
    </message>
</context>
<context>
    <name>TimeLine</name>
    <message>
        <source>A call comes in</source>
        <translation>有电话打入</translation>
    </message>
    <message>
        <source>A call goes out</source>
        <translation>电话呼出</translation>
    </message>
    <message>
        <source>It rings</source>
        <translation>振铃</translation>
    </message>
    <message>
        <source>It has rung {count} times</source>
        <translation>已振铃 {count} 次</translation>
    </message>
    <message>
        <source>The number arrives: {number}</source>
        <translation>收到来电号码：{number}</translation>
    </message>
    <message>
        <source>The number arrives: {number}, {name}</source>
        <translation>收到来电号码：{number}，{name}</translation>
    </message>
    <message>
        <source>The exchange sends no number: {reason}</source>
        <translation>交换机没有送出号码：{reason}</translation>
    </message>
    <message>
        <source>The number was damaged on the line and is not used</source>
        <translation>号码在线路上受损，未予采用</translation>
    </message>
    <message>
        <source>Someone else is calling: {number}</source>
        <translation>另有来电等待：{number}</translation>
    </message>
    <message>
        <source>Someone else is calling: {number}, {name}</source>
        <translation>另有来电等待：{number}，{name}</translation>
    </message>
    <message>
        <source>Someone else is calling</source>
        <translation>另有来电等待</translation>
    </message>
    <message>
        <source>It is a customer: {name}</source>
        <translation>是客户：{name}</translation>
    </message>
    <message>
        <source>It is a customer: {name}, {company}</source>
        <translation>是客户：{name}，{company}</translation>
    </message>
    <message>
        <source>You answer</source>
        <translation>您已接听</translation>
    </message>
    <message>
        <source>An operator answers at her telephone</source>
        <translation>话务员在话机上接听</translation>
    </message>
    <message>
        <source>Answered as a fax machine</source>
        <translation>以传真方式应答</translation>
    </message>
    <message>
        <source>Answered by the called party</source>
        <translation>被叫应答</translation>
    </message>
    <message>
        <source>You take the call over from the menu</source>
        <translation>您从语音菜单接管了通话</translation>
    </message>
    <message>
        <source>The menu answers</source>
        <translation>语音菜单接听</translation>
    </message>
    <message>
        <source>The caller presses {digit}</source>
        <translation>对方按 {digit} 键</translation>
    </message>
    <message>
        <source>The caller presses {digit} during the announcement</source>
        <translation>对方在播音中按 {digit} 键</translation>
    </message>
    <message>
        <source>The caller hears &quot;{prompt}&quot;</source>
        <translation>对方听到“{prompt}”</translation>
    </message>
    <message>
        <source>Key {key} is taken</source>
        <translation>{key} 键有效</translation>
    </message>
    <message>
        <source>Key {key} is taken: on to &quot;{target}&quot;</source>
        <translation>{key} 键有效：转到“{target}”</translation>
    </message>
    <message>
        <source>The recording is deleted by age</source>
        <translation>录音因超过保存期限已删除</translation>
    </message>
    <message>
        <source>A message of {length} is saved in mailbox {box}</source>
        <translation>{length} 的留言已存入信箱 {box}</translation>
    </message>
    <message>
        <source>{seat} is rung</source>
        <translation>正在呼叫{seat}</translation>
    </message>
    <message>
        <source>The call comes back to {seat}: {reason}</source>
        <translation>通话转回{seat}：{reason}</translation>
    </message>
    <message>
        <source>{seat} answers</source>
        <translation>{seat}接听</translation>
    </message>
    <message>
        <source>{seat} and the caller talk</source>
        <translation>{seat}与来电者通话</translation>
    </message>
    <message>
        <source>{seat} puts the caller on hold</source>
        <translation>{seat}让来电者保持等待</translation>
    </message>
    <message>
        <source>{seat} is muted</source>
        <translation>{seat}已静音</translation>
    </message>
    <message>
        <source>{seat} consults another seat</source>
        <translation>{seat}咨询另一个坐席</translation>
    </message>
    <message>
        <source>{seat} is consulted</source>
        <translation>{seat}接受咨询</translation>
    </message>
    <message>
        <source>{seat} is one of three who talk</source>
        <translation>{seat}加入三方通话</translation>
    </message>
    <message>
        <source>No longer at {seat}: {reason}</source>
        <translation>通话已离开{seat}：{reason}</translation>
    </message>
    <message>
        <source>The caller waits in {queue}, place {place}</source>
        <translation>来电者在{queue}中排队，第 {place} 位</translation>
    </message>
    <message>
        <source>No longer in {queue}: {reason}</source>
        <translation>已离开{queue}的排队：{reason}</translation>
    </message>
    <message>
        <source>The call is parked in place {place}</source>
        <translation>通话驻留在 {place} 号位</translation>
    </message>
    <message>
        <source>The call is picked up from place {place}</source>
        <translation>通话从 {place} 号位取回</translation>
    </message>
    <message>
        <source>Nobody has picked the call up from place {place}</source>
        <translation>{place} 号位的通话无人取回</translation>
    </message>
    <message>
        <source>The caller is sent to mailbox {name}</source>
        <translation>来电者转入信箱 {name}</translation>
    </message>
    <message>
        <source>The caller is sent to the menu {name}</source>
        <translation>来电者转入语音菜单 {name}</translation>
    </message>
    <message>
        <source>The caller&apos;s fax is taken for box {name}</source>
        <translation>接收来电者的传真，存入传真箱 {name}</translation>
    </message>
    <message>
        <source>The fax {name} is sent to the caller</source>
        <translation>向来电者发送传真 {name}</translation>
    </message>
    <message>
        <source>No fax machine answers at the caller&apos;s</source>
        <translation>来电者一方没有传真机应答</translation>
    </message>
    <message>
        <source>It failed</source>
        <translation>未成功</translation>
    </message>
    <message>
        <source>The call is over</source>
        <translation>通话结束</translation>
    </message>
    <message>
        <source>Key {key} is not in the menu</source>
        <translation>{key} 键不在菜单中</translation>
    </message>
    <message>
        <source>The caller presses nothing</source>
        <translation>对方没有按键</translation>
    </message>
    <message>
        <source>The recording starts</source>
        <translation>开始录音</translation>
    </message>
    <message>
        <source>The recording is saved</source>
        <translation>录音已保存</translation>
    </message>
    <message>
        <source>The recording is repaired and saved</source>
        <translation>录音已修复并保存</translation>
    </message>
    <message>
        <source>Part of the recording was lost: the disk was too slow</source>
        <translation>部分录音丢失：磁盘太慢</translation>
    </message>
    <message>
        <source>Fax received; pages: {pages}</source>
        <translation>已收传真，{pages} 页</translation>
    </message>
    <message>
        <source>Fax received; pages: {pages}, damaged rows: {rows}</source>
        <translation>已收传真，{pages} 页，{rows} 行损坏</translation>
    </message>
    <message>
        <source>Fax sent; pages confirmed: {pages}</source>
        <translation>已发传真，对方确认 {pages} 页</translation>
    </message>
    <message>
        <source>The fax did not end in order; pages: {pages}</source>
        <translation>传真未正常结束；{pages} 页</translation>
    </message>
    <message>
        <source>The call ends: {cause}</source>
        <translation>挂断原因：{cause}</translation>
    </message>
</context>
<context>
    <name>TimelinePanel</name>
    <message>
        <source>In this call</source>
        <translation>通话经过</translation>
    </message>
    <message>
        <source>Nothing has happened yet.</source>
        <translation>还没有任何事件。</translation>
    </message>
</context>
<context>
    <name>Waveform</name>
    <message>
        <source>Waveform: operator above, caller below</source>
        <translation>波形：上方为本台，下方为来电方</translation>
    </message>
    <message>
        <source>Caller</source>
        <translation>来电方</translation>
    </message>
    <message>
        <source>Operator</source>
        <translation>本台</translation>
    </message>
</context>
</TS>
