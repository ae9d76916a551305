// Copyright 2026 MirageLSD contributors. Licensed under the Apache License 2.0.
// What things are: their numbers in the plane ids, and the table that says what the numbers mean.
#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "HAL/IConsoleManager.h"
#include "LSDIdentityComponent.h"
#include "LSDSettings.h"
#include "LSDSlotTable.h"
#include "daemon.h"
#include "game.h"

namespace {

/** An actor with one primitive, somewhere in the game's world. */
class Thing {
 public:
  explicit Thing(FVector at, double radius = 50.0, bool has_identity = true) {
    primitive.StandInRadius = radius;
    primitive.StandInOwner = identity.StandInOwner = &actor;
    actor.StandInWorld = &GameWorld();
    actor.StandInRoot = &primitive;
    actor.StandInComponents = {&primitive};
    Move(at);
    GameWorld().StandInActors.push_back(&actor);
    primitive.RegisterComponent();
    if (has_identity) {
      actor.StandInComponents.push_back(&identity);
      identity.RegisterComponent();
    }
  }
  ~Thing() {
    identity.UnregisterComponent();
    auto& actors = GameWorld().StandInActors;
    actors.erase(std::remove(actors.begin(), actors.end(), &actor), actors.end());
  }
  void Move(FVector at) {
    const double place[3] = {at.X, at.Y, at.Z};
    for (int i = 0; i < 3; ++i) primitive.StandInTransform.StandInMatrix.M[3][i] = place[i];
  }
  int32 Stencil() const { return primitive.bRenderCustomDepth ? primitive.CustomDepthStencilValue : 0; }

  AActor actor;
  UPrimitiveComponent primitive;
  ULSDIdentityComponent identity;
};

void Rules(const std::vector<FLSDRule>& rules) {
  TArray<FLSDRule>& set = GetMutableDefault<ULSDSettings>()->Rules;
  set.Reset();
  for (const FLSDRule& rule : rules) set.Add(rule);
}

class Identity : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    daemon_ = new Daemon(Daemon::Models::kTest);
    daemon_->Start();
  }
  static void TearDownTestSuite() {
    delete daemon_;
    daemon_ = nullptr;
  }
  void SetUp() override { Project(3.0f); }
  void TearDown() override {
    Rules({});
    Project(1.0f);
  }
  static void Project(float custom_depth) { StandIn::GetConsoleVariables()[TEXT("r.CustomDepth")] = custom_depth; }

  static Daemon* daemon_;
};
Daemon* Identity::daemon_ = nullptr;

TEST_F(Identity, TheNearestGetNumbersAndKeepThem) {
  std::deque<Thing> things;
  for (int i = 0; i < 300; ++i) things.emplace_back(FVector(100.0 * (300 - i), 0, 0));
  const TSharedRef<FLSDSlotTable> table = FLSDSlotTable::Of(GameWorld());
  table->Update(1.0);
  EXPECT_EQ(table->GetRows().Num(), 255);
  std::set<int32> numbers;
  for (const Thing& thing : things) numbers.insert(thing.Stencil());
  EXPECT_EQ(numbers.size(), 256u);  // 1 to 255, and 0 for the far ones
  EXPECT_EQ(things[299].Stencil(), 255);
  EXPECT_EQ(things[0].Stencil(), 0);
  std::vector<int32> before;
  for (const Thing& thing : things) before.push_back(thing.Stencil());
  things[299].identity.UnregisterComponent();
  table->Update(1.1);  // an identity went: looked at again at once
  EXPECT_EQ(things[299].Stencil(), 0);
  for (size_t i = 45; i < 299; ++i) EXPECT_EQ(things[i].Stencil(), before[i]);
  EXPECT_EQ(things[44].Stencil(), 255);  // the next nearest has the free one
}

TEST_F(Identity, AThingIsInTheTableWithItsPlaceInTheProtocolsWorld) {
  Thing thing(FVector(500, 0, 0));
  thing.identity.ObjectClass = ELSDClass::Outfit;
  thing.identity.Strength = 0.25f;
  const TSharedRef<FLSDSlotTable> table = FLSDSlotTable::Of(GameWorld());
  table->Update(1.0);
  lsd_slot row = table->GetRows()[0];
  EXPECT_EQ(row.object_class, LSD_CLASS_OUTFIT);
  EXPECT_EQ(row.strength, 0.25f);
  EXPECT_EQ(row.flags & LSD_SLOT_HAS_PREVIOUS, 0);  // it was nowhere before
  EXPECT_EQ(row.world_from_object[11], -5.0f);      // ahead is -z in the protocol, metres
  thing.Move(FVector(600, 100, 200));
  thing.identity.bKeep = true;
  EXPECT_EQ(table->GetRows()[0].world_from_object[11], -5.0f);  // still the same engine frame
  ++GFrameCounter;
  row = table->GetRows()[0];
  EXPECT_EQ(row.strength, 0.0f);
  EXPECT_EQ(row.world_from_object[3], 1.0f);
  EXPECT_EQ(row.world_from_object[7], 2.0f);
  EXPECT_EQ(row.world_from_object[11], -6.0f);
  EXPECT_NE(row.flags & LSD_SLOT_HAS_PREVIOUS, 0);
  EXPECT_EQ(row.previous_world_from_object[11], -5.0f);
}

TEST_F(Identity, WhatTheGameMarksItselfStaysItsOwn) {
  Thing outlined(FVector(100, 0, 0)), plain(FVector(200, 0, 0)), hair(FVector(300, 0, 0), 50.0, false);
  outlined.primitive.SetRenderCustomDepth(true);
  outlined.primitive.SetCustomDepthStencilValue(255);
  hair.primitive.SetRenderCustomDepth(true);
  hair.primitive.SetCustomDepthStencilValue(2);
  FLSDRule rule;
  rule.Stencil = 2;
  rule.ObjectClass = ELSDClass::Hair;
  Rules({rule});
  {
    const TSharedRef<FLSDSlotTable> table = FLSDSlotTable::Of(GameWorld());
    table->Update(1.0);
    EXPECT_EQ(outlined.Stencil(), 255);
    EXPECT_EQ(plain.Stencil(), 254);
    EXPECT_EQ(hair.Stencil(), 2);
    EXPECT_NE(table->GetProblem().Contains(TEXT("custom stencil value 255")), false);
    ASSERT_EQ(table->GetRows().Num(), 2);
    std::set<std::pair<int32, int32>> rows;
    for (const lsd_slot& row : table->GetRows()) rows.insert({row.slot, row.object_class});
    EXPECT_EQ(rows, (std::set<std::pair<int32, int32>>{{2, LSD_CLASS_HAIR}, {254, LSD_CLASS_PROP}}));
    // The game outlines the plain one for a while.
    plain.primitive.SetCustomDepthStencilValue(7);
    table->Update(3.0);
    EXPECT_EQ(plain.Stencil(), 7);
    plain.primitive.SetRenderCustomDepth(false);
    table->Update(5.0);
    EXPECT_EQ(plain.Stencil(), 254);
  }
  // The last stream has stopped: as it was.
  EXPECT_EQ(plain.primitive.bRenderCustomDepth, 0);
  EXPECT_EQ(plain.primitive.CustomDepthStencilValue, 7);
  EXPECT_EQ(outlined.Stencil(), 255);
  EXPECT_EQ(hair.Stencil(), 2);
}

TEST_F(Identity, RulesMarkByTag) {
  Thing tree(FVector(100, 0, 0), 50.0, false), car(FVector(200, 0, 0), 50.0, false),
      rest(FVector(300, 0, 0), 50.0, false);
  tree.actor.Tags.Add(FName(TEXT("Tree")));
  car.actor.Tags.Add(FName(TEXT("Car")));
  EXPECT_FALSE(FLSDSlotTable::IsNeeded(&GameWorld()));
  FLSDRule nothing, trees, cars;
  trees.Tag = FName(TEXT("Tree"));
  trees.ObjectClass = ELSDClass::Foliage;
  cars.Tag = FName(TEXT("Car"));
  cars.ObjectClass = ELSDClass::Vehicle;
  cars.Strength = 0.5f;
  Rules({nothing, trees, cars});
  EXPECT_TRUE(FLSDSlotTable::IsNeeded(&GameWorld()));
  const TSharedRef<FLSDSlotTable> table = FLSDSlotTable::Of(GameWorld());
  table->Update(1.0);
  ASSERT_EQ(table->GetRows().Num(), 2);
  EXPECT_EQ(table->GetRows()[0].object_class, LSD_CLASS_FOLIAGE);
  EXPECT_EQ(table->GetRows()[1].object_class, LSD_CLASS_VEHICLE);
  EXPECT_EQ(table->GetRows()[1].strength, 0.5f);
  EXPECT_EQ(rest.Stencil(), 0);
  EXPECT_EQ(&*FLSDSlotTable::Of(GameWorld()), &*table);  // two streams of a world share it
}

TEST_F(Identity, ChildActorsBelongToTheirParentUnlessTheySayOtherwise) {
  Thing parent(FVector(200, 0, 0)), sword(FVector(250, 0, 0), 50.0, false), rider(FVector(300, 0, 0)),
      outlined(FVector(350, 0, 0), 50.0, false);
  parent.actor.StandInChildren = {&sword.actor, &rider.actor, &outlined.actor};
  outlined.primitive.SetRenderCustomDepth(true);
  outlined.primitive.SetCustomDepthStencilValue(9);
  FLSDRule rule;
  rule.Stencil = 9;
  Rules({rule});
  {
    const TSharedRef<FLSDSlotTable> table = FLSDSlotTable::Of(GameWorld());
    for (int i = 1; i <= 5; ++i) table->Update(2.0 * i);
    EXPECT_EQ(parent.Stencil(), 255);
    EXPECT_EQ(sword.Stencil(), 255);
    EXPECT_EQ(rider.Stencil(), 254);
    ASSERT_EQ(table->GetRows().Num(), 3);
    for (const lsd_slot& row : table->GetRows())
      EXPECT_NE(row.flags & LSD_SLOT_HAS_TRANSFORM, 0);  // 9 is one primitive
  }
  for (const Thing* thing : {&parent, &sword, &rider}) {
    EXPECT_EQ(thing->primitive.CustomDepthStencilValue, 0);
    EXPECT_EQ(thing->primitive.bRenderCustomDepth, 0);
  }
}

TEST_F(Identity, TheDaemonSeesWhatIsInFrontAndWhereItMoves) {
  Game game(daemon_->endpoint(), L"named");
  // A wall 20 m in front of the camera, whose own axes the things are placed along.
  const FMatrix& view = game.view->View.ViewMatrices.GetViewMatrix();
  const FMatrix& projection = game.view->View.ViewMatrices.GetProjectionMatrix();
  const FVector eye = game.view->View.ViewMatrices.GetViewOrigin();
  auto ahead = [&](double cm, double up) {
    return FVector(eye.X + cm * view.M[0][2] + up * view.M[0][1], eye.Y + cm * view.M[1][2] + up * view.M[1][1],
                   eye.Z + cm * view.M[2][2] + up * view.M[2][1]);
  };
  const FIntPoint size = game.view->Depth->GetDesc().Extent;
  StandIn::FPixel wall;
  wall.V[0] = static_cast<float>(projection.M[2][2] + projection.M[3][2] / 2000.0);
  for (int i = 0; i < size.X * size.Y; ++i) game.view->Depth->StandInStore(i % size.X, i / size.X, wall);

  Thing near(ahead(400, 0), 60.0), behind(ahead(800, 0), 360.0), hidden(ahead(2400, 0), 5000.0);
  near.identity.ObjectClass = ELSDClass::Skin;
  behind.identity.ObjectClass = ELSDClass::Vehicle;
  // Marked sRGB, so that it holds the daemon's bytes.
  UTextureRenderTarget2D* target = MakeRenderTarget(RTF_RGBA8_SRGB, 32, 18);
  game.stream->BindTexture(target);
  game.stream->StartCapture();
  auto pixel = [&](int x, int y) {
    const uint8* bytes = target->StandInTexture()->StandInBytes.data() + 4 * (y * 32 + x);
    return std::vector<int>{bytes[2], bytes[1], bytes[0], bytes[3]};  // B8G8R8A8
  };
  auto is = [&](int x, int y, int slot, int object_class) {
    const std::vector<int> found = pixel(x, y);
    return found[0] == slot && found[1] == 10 * object_class;
  };
  EXPECT_TRUE(game.FramesUntil([&] { return near.Stencil() != 0 && is(16, 9, near.Stencil(), 1); }, 60.0));
  EXPECT_TRUE(is(16, 2, behind.Stencil(), 8)) << pixel(16, 2)[0] << " " << pixel(16, 2)[1];
  EXPECT_TRUE(is(0, 0, 0, 0));  // the scene's own depth hides what is behind the wall
  EXPECT_NE(hidden.Stencil(), 0);
  // It steps to the protocol's right, back after the fifth: where it is, and where it was an engine frame ago, however
  // few frames are sent.
  auto code = [&](int step) {
    return static_cast<int>(std::lround(100.0 + 10.0 * (ahead(400, 0).Y / 100.0 + 0.1 * (step % 5))));
  };
  std::set<std::pair<int, int>> may, seen;
  for (int step = 5; step < 10; ++step) may.insert({code(step), code(step - 1)});
  for (int step = 0; step < 200 && seen.size() < 4; ++step) {
    const FVector at = ahead(400, 0);
    near.Move(FVector(at.X, at.Y + 10.0 * (step % 5), at.Z));
    game.Frame();
    FlushRenderingCommands();
    const std::vector<int> found = pixel(16, 9);
    if (step < 10) continue;  // frames of before are still coming
    EXPECT_TRUE(may.count({found[2], found[3]}) != 0) << found[2] << " after " << found[3];
    seen.insert({found[2], found[3]});
  }
  EXPECT_GE(seen.size(), 3u);
  EXPECT_TRUE(game.errors.empty()) << Narrow(game.errors[0]);
  game.stream->StopCapture();
  EXPECT_EQ(near.Stencil(), 0);
  StandIn::Destroy(target);
}

TEST_F(Identity, AProjectWithoutCustomStencilIsToldOnce) {
  Project(1.0f);
  Game game(daemon_->endpoint(), L"named");
  Thing thing(FVector(100, 0, 0));
  game.stream->StartCapture();
  ASSERT_TRUE(game.FramesUntil([&] { return game.frames.size() > 5; }, 60.0));
  ASSERT_EQ(game.errors.size(), 1u);
  EXPECT_NE(game.errors[0].find(L"r.CustomDepth=3"), std::wstring::npos);
  EXPECT_EQ(thing.Stencil(), 0);
  Project(3.0f);
  EXPECT_TRUE(game.FramesUntil([&] { return thing.Stencil() != 0; }));
  game.stream->StopCapture();
}

}  // namespace
