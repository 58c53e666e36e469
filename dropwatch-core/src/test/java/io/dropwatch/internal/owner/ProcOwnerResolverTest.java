package io.dropwatch.internal.owner;

import static io.dropwatch.internal.owner.FakeMachine.HOST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dropwatch.internal.owner.OwnerLookup.Answer;
import io.dropwatch.model.NetworkNamespace;
import io.dropwatch.model.Owner;
import io.dropwatch.model.OwnerProcess;
import io.dropwatch.model.OwnerQuery;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looks up owners in a /proc that the test writes, and in the real one. */
@Timeout(60)
class ProcOwnerResolverTest {
  private static final String ID = "ab".repeat(32);
  private static final String OTHER_ID = "cd".repeat(32);
  private static final NetworkNamespace POD = NetworkNamespace.of(200, 2);
  private static final int ANYBODY = 1000;
  private static final int SOMEBODY = 1001;

  @TempDir private Path folder = Path.of("");
  private @Nullable FakeMachine made;

  @BeforeEach
  void makeMachine() throws IOException {
    FakeMachine machine = new FakeMachine(folder);
    made = machine;
    Files.createDirectories(folder.resolve("pids/kubepods/podx").resolve(ID));
    machine.process(1, "systemd", 0, 100, "0::/init.scope");
    machine.process(900, "nginx", 0, 100, "0::/system.slice/nginx.service", 5000, 5001);
    machine.process(901, "nginx", 0, 100, "0::/system.slice/nginx.service", 5000);
    machine.process(70, "app", 0, 200, "2:pids:/kubepods/podx/" + ID + "\n0::/", 6000);
  }

  @AfterEach
  void endLookups() {
    machine().resolver.close();
  }

  private FakeMachine machine() {
    return Objects.requireNonNull(made);
  }

  private @Nullable OwnerProcess process(long inode) {
    return machine().owner(inode).process();
  }

  @Test
  void resolve_socket_findsTheProcessThatHoldsIt() {
    assertEquals(OwnerProcess.of(900, "nginx"), process(5000));
    assertEquals(OwnerProcess.of(900, "nginx"), process(5001));
    assertEquals(OwnerProcess.of(70, "app"), process(6000));
    assertNull(process(4999));
  }

  @Test
  void resolve_socketOfInitAndAnother_isTheOther() throws IOException {
    machine().socket(1, 9, 5001);

    assertEquals(OwnerProcess.of(900, "nginx"), process(5001));
  }

  @Test
  void resolve_anyCommandName() throws IOException {
    machine().process(44, "\u001b[31m\n) S 1", 0, 100, "", 7000);
    Files.write(machine().proc("70/comm"), new byte[] {'a', (byte) 0xff, '\n'});

    assertEquals(OwnerProcess.of(44, "\u001b[31m\n) S 1"), process(7000));
    assertEquals(OwnerProcess.of(70, "a\ufffd"), process(6000));
  }

  @Test
  void resolve_afterTheDescriptorIsReused_isAnotherSocket() throws Exception {
    assertEquals(OwnerProcess.of(70, "app"), process(6000));
    Files.writeString(machine().proc("70/comm"), "another\n");
    machine().socket(70, 3, 1);

    eventually(() -> process(6000) == null);
    eventually(() -> OwnerProcess.of(70, "another").equals(process(1)));
  }

  @Test
  void resolve_socketOpenedAfterTheLastScan_isFound() throws Exception {
    assertNull(process(8000));
    machine().socket(70, 9, 8000);

    eventually(() -> OwnerProcess.of(70, "app").equals(process(8000)));
  }

  @Test
  void resolve_socketOfCgroup_readsOnlyTheProcessesInIt() throws IOException {
    long cgroup = machine().cgroup("/web.slice", 71);
    machine().process(71, "web", ANYBODY, 100, "0::/web.slice", 7100);
    // Not in the list of all processes: found through its cgroup or not at all.
    Path hidden = Files.move(machine().proc("71"), machine().proc("hidden"));
    Files.createSymbolicLink(machine().proc("71"), hidden);

    Owner owner = machine().owner(7100, ANYBODY, cgroup, HOST);

    assertEquals(Owner.of(OwnerProcess.of(71, "web"), "/web.slice", null, null), owner);
  }

  @Test
  void resolve_socketOfAnotherCgroup_isFoundAmongAllProcesses() throws IOException {
    long cgroup = machine().cgroup("/activated.slice", 901);

    assertEquals(
        Owner.of(OwnerProcess.of(70, "app"), "/activated.slice", null, null),
        machine().owner(6000, 0, cgroup, HOST).withContainerId(null));
  }

  @Test
  void resolve_containerOfTheProcess() {
    assertEquals(ID, machine().owner(6000).containerId());
    assertNull(machine().owner(5000).containerId());
  }

  @Test
  void resolve_withoutSocket_isTheContainerOfTheNamespace() {
    assertEquals(ID, machine().ownerIn(0, POD).containerId());
  }

  @Test
  void resolve_cgroupOutsideAnyContainer_isNotTheContainerOfTheNamespace() throws IOException {
    long cgroup = machine().cgroup("/user.slice/session-3.scope");

    assertNull(machine().ownerIn(cgroup, POD).containerId());
    assertNull(machine().owner(4998, 0, cgroup, POD).containerId());
    assertNull(machine().ownerIn(machine().cgroup("/"), POD).containerId());
  }

  @Test
  void resolve_hostNamespace_hasNoContainer() throws IOException {
    machine().process(71, "agent", 0, 100, "2:pids:/kubepods/podx/" + ID);

    assertNull(machine().ownerIn(0, HOST).containerId());
  }

  @Test
  void resolve_namespaceOfTwoContainers_hasNone() throws IOException {
    machine().process(71, "sidecar", 0, 200, "2:pids:/kubepods/podx/" + OTHER_ID);

    assertNull(machine().ownerIn(0, POD).containerId());
  }

  @Test
  void resolve_namespaceOfPauseAndAnotherContainer_isTheOther() throws IOException {
    machine().process(60, "pause", 0, 200, "2:pids:/kubepods/podx/" + OTHER_ID);

    assertEquals(ID, machine().ownerIn(0, POD).containerId());
  }

  @Test
  void resolve_namespaceOfPauseContainerAlone_isThePauseContainer() throws IOException {
    machine().process(60, "pause", 0, 300, "2:pids:/kubepods/podx/" + OTHER_ID);

    assertEquals(OTHER_ID, machine().ownerIn(0, NetworkNamespace.of(300, 3)).containerId());
  }

  @Test
  void resolve_containerThatStartsLater_isFound() throws Exception {
    var pod = NetworkNamespace.of(300, 3);
    assertNull(machine().ownerIn(0, pod).containerId());
    machine().process(60, "web", 0, 300, "2:pids:/kubepods/podx/" + OTHER_ID);

    eventually(() -> OTHER_ID.equals(machine().ownerIn(0, pod).containerId()));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void resolve_namespaceNameAndCgroupPath(boolean refused) throws IOException {
    machine().refusesHandles = refused;
    long cgroup = machine().cgroup("/docker/" + ID);
    Path name = Files.createFile(machine().netns("blue"));
    long inode = ((Number) Files.getAttribute(name, "unix:ino")).longValue();

    Owner owner = machine().ownerIn(cgroup, NetworkNamespace.of(inode & 0xffff_ffffL, 1));

    assertEquals("/docker/" + ID, owner.cgroupPath());
    assertEquals(ID, owner.containerId());
    assertEquals(inode > 0xffff_ffffL ? null : "blue", owner.networkNamespaceName());
  }

  @Test
  void resolve_walkOfMoreFoldersThanAUserMayHave_findsThoseOfOthers() throws IOException {
    machine().refusesHandles = true;
    long last = 0;
    for (int i = 0; i <= CgroupTree.MAX_FOREIGN_FOLDERS; i++) {
      last = machine().cgroup("/a.slice/" + i + "/" + "x".repeat(200));
    }
    machine().users.add(machine().cgroupFolder("/a.slice"));
    long others = machine().cgroup("/z.slice/web.service");

    assertEquals("/z.slice/web.service", machine().ownerIn(others, HOST).cgroupPath());
    assertNull(machine().ownerIn(last, HOST).cgroupPath());
  }

  @Test
  void resolve_folderNamedAsContainerByAUser_isNone() throws IOException {
    String delegated = "/user.slice/user-1000.slice/user@1000.service";
    long cgroup = machine().cgroup(delegated + "/docker-" + ID + ".scope");
    machine().users.add(machine().cgroupFolder(delegated));

    Owner owner = machine().ownerIn(cgroup, HOST);

    assertEquals(delegated + "/docker-" + ID + ".scope", owner.cgroupPath());
    assertNull(owner.containerId());
  }

  /** Of a container with user namespace, the runtime gives the folder to the container's root. */
  @Test
  void resolve_containerThatOwnsItsFolder_isItNotWhatItMadeBelow() throws IOException {
    String container = "/docker/" + ID;
    long itself = machine().cgroup(container);
    long below = machine().cgroup(container + "/docker-" + OTHER_ID + ".scope");
    machine().users.add(machine().cgroupFolder(container));

    assertEquals(ID, machine().ownerIn(itself, HOST).containerId());
    assertEquals(ID, machine().ownerIn(below, HOST).containerId());
  }

  @Test
  void resolve_processInFolderNamedByAUser_hasNoContainer() throws IOException {
    Files.createDirectories(folder.resolve("pids/mine"));
    machine().users.add(folder.resolve("pids/mine"));
    machine().process(80, "liar", ANYBODY, 200, "2:pids:/mine/" + OTHER_ID, 8100);

    assertNull(machine().owner(8100).containerId());
    assertEquals(ID, machine().ownerIn(0, POD).containerId(), "not two containers");
  }

  @Test
  void resolve_processWithVeryManyDescriptors_delaysNoOther() throws IOException {
    long hostile = machine().cgroup("/hostile.slice", 300, 301);
    long cgroup = machine().cgroup("/web.slice", 310);
    for (int pid : List.of(300, 301)) {
      machine().process(pid, "many", SOMEBODY, 100, "");
      machine().manyDescriptors(pid, SOMEBODY);
    }
    machine().process(310, "web", ANYBODY, 100, "0::/web.slice", 31_000);
    // Held by nobody: these look through all descriptors.
    for (int i = 0; i < 50; i++) {
      var _ = ask(100_000 + i, SOMEBODY, hostile);
    }
    Answer other = ask(31_000, ANYBODY, cgroup);
    while (!other.isReady()) {
      Thread.onSpinWait();
    }

    assertEquals(OwnerProcess.of(310, "web"), other.owner().process());
  }

  @Test
  void resolve_processesWithVeryManyDescriptorsInTheSameCgroup_delayNoOtherUser()
      throws IOException {
    long shared = machine().cgroup("/session.scope", 300, 301, 310);
    for (int pid : List.of(300, 301)) {
      machine().process(pid, "many", SOMEBODY, 100, "");
      machine().manyDescriptors(pid, SOMEBODY);
    }
    machine().process(310, "web", ANYBODY, 100, "", 31_000);

    assertEquals(
        OwnerProcess.of(310, "web"), machine().owner(31_000, ANYBODY, shared, HOST).process());
  }

  @Test
  void ask_moreThanAUserMayAsk_costsOnlyHisOwn() throws IOException {
    long hostile = machine().cgroup("/hostile.slice", 300);
    long cgroup = machine().cgroup("/web.slice", 310);
    machine().process(300, "many", SOMEBODY, 100, "");
    machine().manyDescriptors(300, SOMEBODY);
    machine().process(310, "web", ANYBODY, 100, "0::/web.slice", 31_000);
    for (int i = 0; i < ProcOwnerResolver.MAX_RUNNING_OF_ONE; i++) {
      var _ = ask(100_000 + i, SOMEBODY, hostile);
    }
    Answer tooMany = ask(99_999, SOMEBODY, hostile);
    Answer other = ask(31_000, ANYBODY, cgroup);

    assertTrue(tooMany.isReady());
    assertEquals(Owner.UNKNOWN, tooMany.owner());
    while (!other.isReady()) {
      Thread.onSpinWait();
    }
    assertEquals(OwnerProcess.of(310, "web"), other.owner().process());
  }

  @Test
  void known_readsNoFile() throws Exception {
    OwnerQuery query = FakeMachine.query(6000, 0, 0, HOST);
    assertNull(machine().resolver.known(query));
    Owner owner = machine().resolver.resolve(query);
    Files.move(machine().proc(""), folder.resolve("gone"));

    assertEquals(owner, machine().resolver.known(query));
  }

  @Test
  void close_lookupsThatRun_areAnswered() throws IOException {
    machine().process(300, "many", 0, 100, "");
    machine().manyDescriptors(300, 0);
    Answer answer = ask(100_000, 0, machine().cgroup("/many.slice", 300));
    assertFalse(answer.isReady());
    machine().resolver.close();
    while (!answer.isReady()) {
      Thread.onSpinWait();
    }

    assertEquals(OwnerProcess.of(70, "app"), process(6000), "and begins again");
  }

  private Answer ask(long inode, long uid, long cgroup) {
    return machine().resolver.ask(FakeMachine.query(inode, uid, cgroup, HOST));
  }

  @Test
  void resolve_withoutProc_isUnknown() throws IOException {
    Files.move(machine().proc(""), folder.resolve("gone"));

    assertEquals(Owner.UNKNOWN, machine().owner(5000));
  }

  @Test
  void resolve_realProc_findsThisProcess() throws Exception {
    var resolver = ProcOwnerResolver.ofThisMachine();
    List<Long> before = sockets();
    try (var socket = new DatagramSocket()) {
      List<Long> opened = sockets();
      opened.removeAll(before);
      OwnerQuery query = FakeMachine.query(opened.getFirst(), -1, 0, NetworkNamespace.UNKNOWN);

      eventually(() -> resolver.resolve(query).process() != null);
      OwnerProcess process = resolver.resolve(query).process();
      assertNotNull(process, socket.toString());
      assertEquals(ProcessHandle.current().pid(), process.pid());
      assertEquals(Files.readString(Path.of("/proc/self/comm")).strip(), process.comm());
    }
  }

  /** Repeats a lookup: what was found is kept for a second. */
  private static void eventually(Supplier<Boolean> lookup) throws InterruptedException {
    while (!lookup.get()) {
      Thread.sleep(50);
    }
  }

  private static List<Long> sockets() throws IOException {
    var files = new ProcFiles(Path.of("/proc"));
    int self = (int) ProcessHandle.current().pid();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return new ArrayList<>(
          descriptors
              .map(file -> files.socket(self, Integer.parseInt(file.getFileName().toString())))
              .filter(inode -> inode != 0)
              .toList());
    }
  }
}
